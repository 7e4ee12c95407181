/** Errors that an authorization endpoint tells the client by a redirect (RFC 6749, 4.1.2.1; RFC 8707, 2; OpenID Connect Core, 3.1.2.6). */
export type AuthorizationErrorCode =
  | 'invalid_request'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'login_required'
  | 'consent_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported';

/** An error for the client, once its redirect is known to be its own. */
export class AuthorizationError extends Error {
  readonly code: AuthorizationErrorCode;

  /** `description` is for developers: printable ASCII without quotation marks and backslashes (RFC 6749, 4.1.2.1). */
  constructor(code: AuthorizationErrorCode, description: string) {
    super(description);
    this.name = 'AuthorizationError';
    this.code = code;
  }
}
