import type { DecisionProfile, DecisionSettings } from './deployment.ts';
import { DECISION_ERRORS, ERRORS, type ErrorCode } from './errors.ts';
import { errorCodeOf } from './profile.ts';

/** The variable that holds a {@link VerifyVariable} as JSON: `Latchkey.grantVerify` sets it, `latchkey/verify` reads it. */
export const VERIFY_VARIABLE = 'LATCHKEY_VERIFY';

/** The variable that holds an {@link ErrorShape} as JSON: `protectHttp` sets it of functions that answer refusals. */
export const ERRORS_VARIABLE = 'LATCHKEY_ERRORS';

/** The errors that `latchkey/verify` answers with. */
export const VERIFY_ERRORS: readonly ErrorCode[] = [
  ...(Object.keys(DECISION_ERRORS) as (keyof typeof DECISION_ERRORS)[]),
  'malformed_request',
  'not_found',
  'method_not_allowed',
  'unavailable',
  'internal',
];

/** How errors are answered. */
export interface ErrorShape {
  readonly profile: Pick<DecisionProfile, 'errorCodes'>;
  /** The profile's error body, a text of {@link ERROR_FIELDS} in the place of each field. */
  readonly errorBody: unknown;
}

/** What a process of the team's own needs to decide as the authorizer does. No secret is in it. */
export interface VerifySettings {
  /** Of this shape: a reader refuses one that it does not know. */
  readonly version: 1;
  /** The name of the table, and the Region that it is in. */
  readonly table: string;
  readonly region: string;
  /** Every `iss` of tokens that are accepted; the first is the API's public URL, which issues them. */
  readonly issuers: readonly string[];
  readonly profile: DecisionProfile;
  readonly deployment: DecisionSettings;
  /** The profile's error body, a text of {@link ERROR_FIELDS} in the place of each field. */
  readonly errorBody: unknown;
  /** The secret with the keys that sign tokens, where HS256 signs or has signed them; null where public keys will do. */
  readonly keysetSecretArn: string | null;
  /** The URL of the metadata of the API as a protected resource (RFC 9728), for challenges; null where it has none. */
  readonly resourceMetadataUrl: string | null;
  /** The namespace in CloudWatch of the metrics of decisions, those of services among them. */
  readonly metricsNamespace: string;
  /** How many decisions of *allowed* share a line of the log. @default 1 */
  readonly allowedDecisionsPerLogLine?: number;
}

/**
 * The value of {@link VERIFY_VARIABLE}: what is known at synth is packed, as all variables of a function together have 4 KB
 * (Lambda, "Quotas").
 */
export interface VerifyVariable extends Omit<VerifySettings, 'profile' | 'deployment' | 'errorBody'> {
  /** base64url of the raw DEFLATE (RFC 1951) of `profile`, `deployment` and `errorBody` as JSON. */
  readonly packed: string;
}

/** Texts that stand for the fields of an error: alone for a value of any type, or within a text. */
export const ERROR_FIELDS = {
  status: '$status',
  type: '$type',
  code: '$code',
  title: '$title',
  message: '$message',
  requestId: '$requestId',
} as const;

const FIELD = /\$(status|type|code|title|message|requestId)/g;

/** The public side of an error, as a body is made of it. */
export type ErrorFields = Readonly<Record<keyof typeof ERROR_FIELDS, string | number>>;

/** The public side of an error of the catalogue. `message`: the public text. */
export function errorFieldsOf(
  profile: Pick<DecisionProfile, 'errorCodes'>,
  code: ErrorCode,
  message: string,
  requestId: string,
): ErrorFields {
  const { status, type, title } = ERRORS[code];
  return { status, type, title, message, requestId, code: errorCodeOf(profile, code) };
}

/** An error's body: the template with the error's own fields in their places. */
export function filledErrorBody(template: unknown, fields: ErrorFields): unknown {
  if (typeof template === 'string') {
    const alone = Object.entries(ERROR_FIELDS).find(([, text]) => text === template)?.[0];
    if (alone !== undefined) return fields[alone as keyof ErrorFields];
    return template.replace(FIELD, (_, name: keyof ErrorFields) => String(fields[name]));
  }
  if (Array.isArray(template)) return template.map((each) => filledErrorBody(each, fields));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, each]) => [name, filledErrorBody(each, fields)]),
  );
}
