/** The coarse kind of an error, for clients that branch on it. */
export type ErrorType =
  | 'authentication_error'
  | 'authorization_error'
  | 'rate_limit_error'
  | 'validation_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'server_error';

interface CatalogueEntry {
  readonly status: number;
  readonly type: ErrorType;
  readonly title: string;
  /** The public text when nothing more exact is known. */
  readonly message: string;
}

/** Seconds after which who was refused for load, or for a part that is down, may come again: functions are free in less. */
export const BUSY_SECONDS = 1;

/** Errors that a decision can refuse with: the only part of the catalogue that is in the authorizer's bundle. Its types are below. */
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
} as const satisfies Record<string, Omit<CatalogueEntry, 'type'> & { status: keyof typeof DECISION_TYPES }>;

export type DecisionErrorCode = keyof typeof DECISION_ERRORS;

const OTHER_ERRORS = {
  wrong_password: {
    status: 401,
    type: 'authentication_error',
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
    type: 'authentication_error',
    title: 'Second factor not accepted',
    message: 'The code or the passkey is not accepted.',
  },
  reauthentication_required: {
    status: 403,
    type: 'authorization_error',
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
    type: 'authentication_error',
    title: 'Client not accepted',
    message: 'The client is unknown, or has not proven who it is.',
  },
  invalid_redirect_uri: {
    status: 400,
    type: 'validation_error',
    title: 'Redirect not accepted',
    message: 'The redirect URI is not accepted.',
  },
  invalid_client_metadata: {
    status: 400,
    type: 'validation_error',
    title: 'Client metadata not accepted',
    message: 'The metadata of the client are not accepted.',
  },
  invalid_scope: {
    status: 400,
    type: 'validation_error',
    title: 'Scope not accepted',
    message: 'scope has more than was given, or what this API does not declare.',
  },
  invalid_target: {
    status: 400,
    type: 'validation_error',
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
    type: 'validation_error',
    title: 'Unsupported grant type',
    message: 'This grant type is not supported here.',
  },
  provider_required: {
    status: 403,
    type: 'authorization_error',
    title: 'Identity provider required',
    message: 'People with this address sign in with their identity provider.',
  },
  sign_in_refused: {
    status: 403,
    type: 'authorization_error',
    title: 'Sign-in refused',
    message: 'The identity provider has not shown that this is somebody who may come in.',
  },
  exceeds_own_rights: {
    status: 403,
    type: 'authorization_error',
    title: 'More than you have',
    message: 'Nobody can be given more than you have yourself.',
  },
  not_found: {
    status: 404,
    type: 'not_found_error',
    title: 'Not found',
    message: 'There is nothing here.',
  },
  method_not_allowed: {
    status: 405,
    type: 'validation_error',
    title: 'Method not allowed',
    message: 'This path does not take the method.',
  },
  malformed_request: {
    status: 400,
    type: 'validation_error',
    title: 'Malformed request',
    message: 'The request cannot be read.',
  },
  invalid_field: {
    status: 400,
    type: 'validation_error',
    title: 'Invalid field',
    message: 'A field is invalid.',
  },
  not_configured: {
    status: 400,
    type: 'validation_error',
    title: 'Not configured',
    message: 'This deployment does not offer this.',
  },
  scopes_too_long: {
    status: 422,
    type: 'validation_error',
    title: 'Too many scopes',
    message: 'The scopes of an API key take too much room.',
  },
  email_taken: {
    status: 409,
    type: 'conflict_error',
    title: 'E-mail address taken',
    message: 'An account with this e-mail address exists. Log in instead.',
  },
  conflicting_state: {
    status: 409,
    type: 'conflict_error',
    title: 'Conflicting state',
    message: 'The request conflicts with the present state.',
  },
  limit_reached: {
    status: 409,
    type: 'conflict_error',
    title: 'Limit reached',
    message: 'A limit of your tier is reached.',
  },
  request_in_flight: {
    status: 409,
    type: 'conflict_error',
    title: 'Request in flight',
    message: 'A request with this Idempotency-Key is being carried out. Repeat it in some seconds.',
  },
  idempotency_key_reused: {
    status: 422,
    type: 'validation_error',
    title: 'Idempotency-Key used already',
    message: 'This Idempotency-Key came with another request. Send a new one with each new request.',
  },
  gone: { status: 410, type: 'not_found_error', title: 'Gone', message: 'This is no longer there.' },
  payload_too_large: {
    status: 413,
    type: 'validation_error',
    title: 'Payload too large',
    message: 'The request body is too large.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'validation_error',
    title: 'Unsupported media type',
    message: 'The content type is not supported.',
  },
  internal: {
    status: 500,
    type: 'server_error',
    title: 'Internal error',
    message: 'Something went wrong on our side. Try again.',
  },
  upstream_failed: {
    status: 502,
    type: 'server_error',
    title: 'Upstream failed',
    message: 'The service behind this API did not answer.',
  },
  other_origin: {
    status: 403,
    type: 'authorization_error',
    title: 'Another origin',
    message:
      'Only the console of this API calls this path: a script of its own origin, with X-Latchkey-Console.',
  },
  invalid_link: {
    status: 400,
    type: 'validation_error',
    title: 'Link not valid',
    message: 'The link has been used, has expired, or was taken back. Ask for another one.',
  },
  email_unverified: {
    status: 403,
    type: 'authorization_error',
    title: 'Address not confirmed',
    message: 'Confirm your e-mail address first, by the link in the mail that was sent to it.',
  },
  stale_form: {
    status: 403,
    type: 'authorization_error',
    title: 'Form expired',
    message: 'The form is not of this browser, or has expired. Load the page again.',
  },
  unavailable: {
    status: 503,
    type: 'server_error',
    title: 'Unavailable',
    message: 'The service is unavailable for the moment. Try again.',
  },
  upstream_timeout: {
    status: 504,
    type: 'server_error',
    title: 'Upstream timed out',
    message: 'The service behind this API took too long to answer.',
  },
} as const satisfies Record<string, CatalogueEntry>;

const DECISION_TYPES = {
  401: 'authentication_error',
  403: 'authorization_error',
  429: 'rate_limit_error',
} as const;

/**
 * Every error that a caller can get. A code is stable; a profile may rename it (`errorCodes`), never add one.
 * `title` is the RFC 9457 title: the same for every occurrence of the code.
 */
export const ERRORS = /* @__PURE__ */ Object.assign(/* @__PURE__ */ decisionErrors(), OTHER_ERRORS);

function decisionErrors(): Readonly<Record<DecisionErrorCode, CatalogueEntry>> {
  const entries = Object.entries(DECISION_ERRORS).map(([code, error]) => [
    code,
    { ...error, type: DECISION_TYPES[error.status] },
  ]);
  return Object.fromEntries(entries);
}

export type ErrorCode = keyof typeof ERRORS;

/** One wrong field of a request: its name as the caller wrote it, and what is right. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}
