import type { DecisionProfile, DecisionSettings } from './deployment.ts';
import { DECISION_ERRORS, ERRORS, type ErrorCode } from './errors.ts';
import { errorCodeOf } from './profile.ts';

/** The variable from which `latchkey/verify` reads its {@link VerifySettings}, as JSON. */
export const VERIFY_VARIABLE = 'LATCHKEY_VERIFY';

/** The errors that `latchkey/verify` answers with. */
export const VERIFY_ERRORS: readonly ErrorCode[] = [
  ...(Object.keys(DECISION_ERRORS) as (keyof typeof DECISION_ERRORS)[]),
  'malformed_request',
  'not_found',
  'method_not_allowed',
  'unavailable',
  'internal',
];

/** The facts of a deployment that decisions in another process need. None of them is a secret. */
export interface VerifySettings {
  /** Of keys, sessions and tenants. */
  readonly tableName: string;
  /** Where the table is. */
  readonly region: string;
  /** Every `iss` of our tokens that is accepted; the API's own URL comes first. */
  readonly issuers: readonly string[];
  readonly profile: DecisionProfile;
  readonly decision: DecisionSettings;
  /** The profile's error body, a text of {@link ERROR_FIELDS} in the place of each field. */
  readonly errorBody: unknown;
  /** The secret of HS256 keys. @default - no token of such a key is accepted */
  readonly keysetSecretArn?: string;
}

/**
 * The value of {@link VERIFY_VARIABLE}: what is known at synth is packed, as all variables of a function together have 4 KB
 * (Lambda, "Quotas").
 */
export interface VerifyVariable
  extends Pick<VerifySettings, 'tableName' | 'region' | 'issuers' | 'keysetSecretArn'> {
  /** base64url of the raw DEFLATE (RFC 1951) of the other fields as JSON. */
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
