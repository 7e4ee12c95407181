/** The coarse kind of an error, for clients that branch on it. */
export type ErrorType =
  | 'authentication_error'
  | 'authorization_error'
  | 'rate_limit_error'
  | 'validation_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'server_error';

/** The kind of a status, where an error has no other. */
const TYPES = {
  400: 'validation_error',
  401: 'authentication_error',
  403: 'authorization_error',
  404: 'not_found_error',
  405: 'validation_error',
  409: 'conflict_error',
  410: 'not_found_error',
  413: 'validation_error',
  415: 'validation_error',
  422: 'validation_error',
  429: 'rate_limit_error',
  500: 'server_error',
  502: 'server_error',
  503: 'server_error',
  504: 'server_error',
} as const;

interface CatalogueEntry {
  readonly status: keyof typeof TYPES;
  /** @default - that of the status */
  readonly type?: ErrorType;
  readonly title: string;
  /** The public text when nothing more exact is known. */
  readonly message: string;
}

/** Seconds after which who was refused for load, or for a part that is down, may come again: functions are free in less. */
export const BUSY_SECONDS = 1;

/** Errors that a decision can refuse with: the only part of the catalogue that is in the authorizer's bundle. */
export const DECISION_ERRORS = {
  missing_credential: {
    status: 401,
    title: 'Authentication required',
    message: 'Authentication required. Send an API key or a bearer token.',
  },
  invalid_credential: {
    status: 401,
    title: 'Invalid credential',
    message: 'The API key or token is invalid.',
  },
  expired_credential: {
    status: 401,
    title: 'Credential expired',
    message: 'The API key or token has expired.',
  },
  revoked_credential: {
    status: 401,
    title: 'Credential revoked',
    message: 'The API key has been revoked.',
  },
  disabled_credential: {
    status: 401,
    title: 'Credential disabled',
    message: 'The API key is disabled.',
  },
  ended_session: {
    status: 401,
    title: 'Session ended',
    message: 'The session has ended. Log in again.',
  },
  suspended_tenant: {
    status: 401,
    title: 'Tenant suspended',
    message: 'The tenant is suspended.',
  },
  insufficient_scope: {
    status: 403,
    title: 'Insufficient scope',
    message: 'Insufficient scope.',
  },
  user_required: {
    status: 403,
    title: 'A person is required',
    message: 'This operation takes a login token (JWT), not an API key.',
  },
  key_required: {
    status: 403,
    title: 'An API key is required',
    message: 'This operation takes an API key, not a token.',
  },
  address_not_allowed: {
    status: 403,
    title: 'Address not allowed',
    message: 'This API key may not be used from your address.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    message: 'This token may not be used by pages of this origin.',
  },
  not_forwarded: {
    status: 403,
    title: 'Not forwarded',
    message: 'This request is not forwarded.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    message: 'Rate limit exceeded.',
  },
} as const satisfies Record<string, CatalogueEntry & { status: 401 | 403 | 429 }>;

export type DecisionErrorCode = keyof typeof DECISION_ERRORS;

const OTHER_ERRORS = {
  wrong_password: {
    status: 401,
    title: 'Login failed',
    message: 'The e-mail address or the password is wrong.',
  },
  mfa_required: {
    status: 403,
    type: 'authentication_error',
    title: 'Second factor required',
    message: 'A second factor is required. Send mfa_token with a code to POST /v1/auth/mfa.',
  },
  mfa_enrollment_required: {
    status: 403,
    type: 'authentication_error',
    title: 'Second factor to be set up',
    message: 'A second factor must be set up before the login. Sign in with a browser once.',
  },
  wrong_factor: {
    status: 401,
    title: 'Second factor not accepted',
    message: 'The code or the passkey is not accepted.',
  },
  reauthentication_required: {
    status: 403,
    title: 'Sign in again',
    message:
      'This takes a sign-in of the last 10 minutes. Log in again, and repeat the request with the new token.',
  },
  invalid_grant: {
    status: 400,
    type: 'authentication_error',
    title: 'Grant not accepted',
    message: 'The token is not accepted. Log in again.',
  },
  invalid_subject_token: {
    status: 400,
    type: 'authentication_error',
    title: 'Token not accepted',
    message: 'The token is not accepted.',
  },
  invalid_client: {
    status: 401,
    title: 'Client not accepted',
    message: 'The client is unknown, or has not proven who it is.',
  },
  invalid_redirect_uri: {
    status: 400,
    title: 'Redirect not accepted',
    message: 'The redirect URI is not accepted.',
  },
  invalid_client_metadata: {
    status: 400,
    title: 'Client metadata not accepted',
    message: 'The metadata of the client are not accepted.',
  },
  invalid_scope: {
    status: 400,
    title: 'Scope not accepted',
    message: 'scope has more than was given, or what this API does not declare.',
  },
  invalid_target: {
    status: 400,
    title: 'Resource not accepted',
    message: 'resource must be the URL of this API or of a path below it, and no more than was given.',
  },
  authorization_pending: {
    status: 400,
    type: 'authentication_error',
    title: 'Authorization pending',
    message: 'The person has not decided yet. Ask again after the interval.',
  },
  slow_down: {
    status: 400,
    type: 'rate_limit_error',
    title: 'Slow down',
    message: 'Wait for the interval between two requests.',
  },
  access_denied: {
    status: 400,
    type: 'authorization_error',
    title: 'Access denied',
    message: 'The person has not agreed.',
  },
  expired_token: {
    status: 400,
    type: 'authentication_error',
    title: 'Device code expired',
    message: 'The device code has expired. Begin again.',
  },
  unsupported_grant_type: {
    status: 400,
    title: 'Unsupported grant type',
    message: 'This grant type is not supported here.',
  },
  provider_required: {
    status: 403,
    title: 'Identity provider required',
    message: 'People with this address sign in with their identity provider.',
  },
  sign_in_refused: {
    status: 403,
    title: 'Sign-in refused',
    message: 'The identity provider has not shown that this is somebody who may come in.',
  },
  exceeds_own_rights: {
    status: 403,
    title: 'More than you have',
    message: 'Nobody can be given more than you have yourself.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    message: 'There is nothing here.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    message: 'This path does not take the method.',
  },
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    message: 'The request cannot be read.',
  },
  invalid_field: {
    status: 400,
    title: 'Invalid field',
    message: 'A field is invalid.',
  },
  not_configured: {
    status: 400,
    title: 'Not configured',
    message: 'This deployment does not offer this.',
  },
  scopes_too_long: {
    status: 422,
    title: 'Too many scopes',
    message: 'The scopes of an API key take too much room.',
  },
  email_taken: {
    status: 409,
    title: 'E-mail address taken',
    message: 'An account with this e-mail address exists. Log in instead.',
  },
  conflicting_state: {
    status: 409,
    title: 'Conflicting state',
    message: 'The request conflicts with the present state.',
  },
  limit_reached: {
    status: 409,
    title: 'Limit reached',
    message: 'A limit of your tier is reached.',
  },
  request_in_flight: {
    status: 409,
    title: 'Request in flight',
    message: 'A request with this Idempotency-Key is being carried out. Repeat it in some seconds.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency-Key used already',
    message: 'This Idempotency-Key came with another request. Send a new one with each new request.',
  },
  gone: { status: 410, title: 'Gone', message: 'This is no longer there.' },
  payload_too_large: {
    status: 413,
    title: 'Payload too large',
    message: 'The request body is too large.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    message: 'The content type is not supported.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    message: 'Something went wrong on our side. Try again.',
  },
  upstream_failed: {
    status: 502,
    title: 'Upstream failed',
    message: 'The service behind this API did not answer.',
  },
  other_origin: {
    status: 403,
    title: 'Another origin',
    message:
      'Only the console of this API calls this path: a script of its own origin, with X-Latchkey-Console.',
  },
  invalid_link: {
    status: 400,
    title: 'Link not valid',
    message: 'The link has been used, has expired, or was taken back. Ask for another one.',
  },
  email_unverified: {
    status: 403,
    title: 'Address not confirmed',
    message: 'Confirm your e-mail address first, by the link in the mail that was sent to it.',
  },
  stale_form: {
    status: 403,
    title: 'Form expired',
    message: 'The form is not of this browser, or has expired. Load the page again.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    message: 'The service is unavailable for the moment. Try again.',
  },
  upstream_timeout: {
    status: 504,
    title: 'Upstream timed out',
    message: 'The service behind this API took too long to answer.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/**
 * Every error that a caller can get. A code is stable; a profile may rename it (`errorCodes`), never add one.
 * `title` is the RFC 9457 title: the same for every occurrence of the code.
 */
export const ERRORS = /* @__PURE__ */ catalogue();

function catalogue() {
  const codes = { ...DECISION_ERRORS, ...OTHER_ERRORS };
  const entries = Object.entries<CatalogueEntry>(codes).map(([code, error]) => [
    code,
    { type: TYPES[error.status], ...error },
  ]);
  return Object.fromEntries(entries) as Readonly<Record<keyof typeof codes, Required<CatalogueEntry>>>;
}

export type ErrorCode = keyof typeof ERRORS;

/** One wrong field of a request: its name as the caller wrote it, and what is right. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}
