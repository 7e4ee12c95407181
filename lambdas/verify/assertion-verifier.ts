import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { ENVIRONMENTS, type Environment, parseScopes, type Scope } from '../contract/scopes.ts';
import { ASSERTION_SECONDS } from '../signing/keyset.ts';
import { ASSERTION_AUDIENCE, ASSERTION_TYPE } from '../signing/signer.ts';
import { SettingsError } from './settings.ts';

/** Who calls, as the front door says and signs it. */
export interface AssertedIdentity {
  readonly tenant: string;
  readonly workspace: string;
  /** `key:<id>`, `user:<id>` or `anonymous`. */
  readonly principal: string;
  readonly kind: 'key' | 'user' | 'anonymous';
  /** Of a key. */
  readonly keyId?: string;
  /** Of a person. */
  readonly userId?: string;
  /** The OAuth client that acts for a person; absent where they act themselves. */
  readonly clientId?: string;
  readonly scopes: readonly Scope[];
  readonly environment: Environment;
  /** The caller's, as API Gateway saw it. */
  readonly clientAddress: string;
  readonly requestId: string;
}

/** Why an assertion is not accepted. */
export type AssertionFault =
  /** The request has none, or several. */
  | 'missing'
  /** It is no assertion of this API: another kind of token, algorithm, key, issuer or audience. */
  | 'invalid'
  /** Its time is over, or has not come. */
  | 'expired'
  /** It was made for another method or path. */
  | 'other_request'
  /** The API's keys cannot be read. */
  | 'unavailable';

/** An assertion that is not accepted. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
  readonly code: AssertionFault;
  /** To answer with: 401, or 503 where the keys cannot be read. */
  readonly status: 401 | 503;

  constructor(code: AssertionFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = code === 'unavailable' ? 503 : 401;
  }
}

export interface AssertionVerifierOptions {
  /**
   * The API's URL with its stage, the stack's output `ApiUrl`; several while it moves from one to another.
   * @default - that of `jwksUrl`
   */
  readonly issuer?: string | readonly string[];
  /** Where the API's public keys are. @default - `/.well-known/jwks.json` below the first issuer */
  readonly jwksUrl?: string;
  /** @default latchkey-upstream */
  readonly audience?: string;
  /** By how much this clock may differ from the API's. @default 5 */
  readonly clockToleranceSeconds?: number;
  /** The path of `upstream.url`, which stands before that of the assertion here. @default - none */
  readonly basePath?: string;
  /** Reads the keys. @default - the global `fetch` */
  readonly fetch?: typeof fetch;
}

/** The request that an assertion must be about. */
export interface AssertedRequest {
  readonly method: string;
  /** As it came: undecoded, without the query. */
  readonly path: string;
}

/** The header's value, or its values where it came several times. */
export type AssertionHeader = string | readonly string[] | null | undefined;

export interface AssertionVerifier {
  /**
   * The identity that the assertion of a request proves.
   * @throws AssertionError
   */
  verify(header: AssertionHeader, request: AssertedRequest): Promise<AssertedIdentity>;
}

const JWKS_PATH = '/.well-known/jwks.json';

/** Milliseconds for which keys are kept: a new one is published 600 seconds before it signs. */
const KEYS_KEPT_MS = 300_000;
/** Milliseconds within which an unknown `kid` does not make the keys be read again. */
const REFRESH_MS = 60_000;
const TIMEOUT_MS = 3000;
/** Milliseconds within which keys that could not be read are not asked for again: anybody can send what asks for them. */
const FAILURE_MS = 1000;

/** A JWT has three parts of base64url; ours are below 2 KB. */
const MAX_ASSERTION_LENGTH = 8192;

/**
 * Verifies `X-Latchkey-Assertion` by the API's public keys: the signature (ES256 alone, whatever the header says), type, issuer,
 * audience and time, and that it is about this very request. Keys are read once, and again after five minutes or, at most
 * once a minute, for a `kid` that is not known. Throws a {@link SettingsError} for options that are wrong.
 */
export function createAssertionVerifier(options: AssertionVerifierOptions): AssertionVerifier {
  const { audience = ASSERTION_AUDIENCE, clockToleranceSeconds = 5, basePath = '' } = options;
  const { issuers, jwksUrl } = placesOf(options);
  const keys = createRemoteJWKSet(jwksUrl, {
    cacheMaxAge: KEYS_KEPT_MS,
    cooldownDuration: REFRESH_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: sparing(options.fetch ?? fetch),
  });
  const prefix = basePath.replace(/\/$/, '');
  return {
    async verify(header, { method, path }) {
      const payload = await proven(oneOf(header), keys, {
        issuer: [...issuers],
        audience,
        clockTolerance: clockToleranceSeconds,
      });
      const identity = identityIn(payload);
      if (payload.method !== method || `${prefix}${payload.path}` !== path)
        throw new AssertionError('other_request', 'The assertion is for another request.');
      return identity;
    },
  };
}

/** Reads keys, but for a while after it could not, when it says so again at once. jose reads anew for each that asks. */
function sparing(read: typeof fetch): typeof fetch {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (...request) => {
    const since = Date.now() - failedAt;
    // A clock that was set back does not wait for its old time.
    if (since >= 0 && since < FAILURE_MS) throw new Error('The keys could not be read a moment ago.');
    try {
      const response = await read(...request);
      failedAt = response.ok ? Number.NEGATIVE_INFINITY : Date.now();
      return response;
    } catch (error) {
      failedAt = Date.now();
      throw error;
    }
  };
}

function placesOf({ issuer, jwksUrl }: AssertionVerifierOptions) {
  const given = [issuer ?? jwksUrl?.replace(JWKS_PATH, '') ?? []].flat();
  const issuers = given.map((each) => each.replace(/\/$/, ''));
  const [first] = issuers;
  if (!first || (issuer === undefined && !jwksUrl?.endsWith(JWKS_PATH)))
    throw new SettingsError("issuer: name the API's URL, the stack's output ApiUrl");
  const text = jwksUrl ?? first + JWKS_PATH;
  const field = jwksUrl === undefined ? 'issuer' : 'jwksUrl';
  if (!URL.canParse(text)) throw new SettingsError(`${field}: "${text}" is not a URL`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && !/^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname))
    throw new SettingsError(`${field}: keys are read by https, or from this machine`);
  return { issuers, jwksUrl: url };
}

function oneOf(header: AssertionHeader): string {
  const [assertion = '', ...more] = [header ?? []].flat();
  if (assertion === '' || more.length > 0)
    throw new AssertionError('missing', 'The request must have one X-Latchkey-Assertion.');
  if (assertion.length > MAX_ASSERTION_LENGTH)
    throw new AssertionError('invalid', 'The assertion is longer than any is.');
  return assertion;
}

/** The claims that the signature proves. */
async function proven(
  assertion: string,
  keys: JWTVerifyGetKey,
  expected: { readonly issuer: string[]; readonly audience: string; readonly clockTolerance: number },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      ...expected,
      algorithms: ['ES256'],
      typ: ASSERTION_TYPE,
      maxTokenAge: ASSERTION_SECONDS,
      requiredClaims: ['exp', 'iat'],
    });
    return payload;
  } catch (cause) {
    if (
      cause instanceof errors.JWTExpired ||
      (cause instanceof errors.JWTClaimValidationFailed && isTime(cause))
    )
      throw new AssertionError('expired', 'The time of the assertion is over.', cause);
    if (isAboutTheAssertion(cause)) throw new AssertionError('invalid', 'The assertion is not valid.', cause);
    throw new AssertionError('unavailable', "The API's keys cannot be read.", cause);
  }
}

function isTime({ claim, reason }: errors.JWTClaimValidationFailed): boolean {
  return (claim === 'iat' || claim === 'nbf') && reason === 'check_failed';
}

/** jose's errors about a token; those about the keys are others, and so is what `fetch` throws. */
function isAboutTheAssertion(error: unknown): boolean {
  return [
    errors.JWTClaimValidationFailed,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);
}

/** The identity in proven claims. Throws for claims that are not all there: what signs ours writes all of them. */
function identityIn(payload: JWTPayload): AssertedIdentity {
  const text = (name: string): string => {
    const value = payload[name];
    if (typeof value !== 'string') throw new AssertionError('invalid', `The assertion lacks ${name}.`);
    return value;
  };
  const principal = text('sub');
  const [kind = '', id = ''] = principal.split(/:(.*)/s);
  const environment = ENVIRONMENTS.find((each) => each === payload.environment);
  if (environment === undefined || !isKind(kind))
    throw new AssertionError('invalid', 'The assertion is of a kind of caller that is not known here.');
  return {
    tenant: text('tenant'),
    workspace: text('workspace'),
    principal,
    kind,
    ...(kind === 'key' ? { keyId: id } : {}),
    ...(kind === 'user' ? { userId: id } : {}),
    ...(payload.client_id === undefined ? {} : { clientId: text('client_id') }),
    scopes: parseScopes(text('scopes')),
    environment,
    clientAddress: text('client_address'),
    requestId: text('request_id'),
  };
}

function isKind(kind: string): kind is AssertedIdentity['kind'] {
  return ['key', 'user', 'anonymous'].includes(kind);
}
