import { ERRORS, type ErrorCode } from '../contract/errors.ts';
import { Problem } from '../kernel/problem.ts';

/** The errors of RFC 6749, 5.2, RFC 7591, 3.2.2, RFC 8628, 3.5 and RFC 8707, 2 (`temporarily_unavailable`: 4.1.2.1; `invalid_token`: RFC 6750, 3.1) where they differ from the rule below. */
const NAMES: Readonly<Partial<Record<ErrorCode, string>>> = {
  invalid_grant: 'invalid_grant',
  invalid_client: 'invalid_client',
  invalid_redirect_uri: 'invalid_redirect_uri',
  invalid_client_metadata: 'invalid_client_metadata',
  invalid_credential: 'invalid_token',
  missing_credential: 'invalid_token',
  unsupported_grant_type: 'unsupported_grant_type',
  invalid_scope: 'invalid_scope',
  invalid_target: 'invalid_target',
  authorization_pending: 'authorization_pending',
  slow_down: 'slow_down',
  access_denied: 'access_denied',
  expired_token: 'expired_token',
  not_configured: 'unsupported_grant_type',
  unavailable: 'temporarily_unavailable',
  rate_limited: 'temporarily_unavailable',
};

/** The body of an OAuth endpoint's error. Clients of other standards find the text and the id where they look. */
export function oauthErrorBody({ code, message }: Problem, requestId: string): object {
  return {
    error: NAMES[code] ?? (ERRORS[code].status >= 500 ? 'server_error' : 'invalid_request'),
    error_description: plainAscii(message),
    request_id: requestId,
  };
}

/** RFC 6749 allows `error_description` printable ASCII without quotation marks and backslashes. */
function plainAscii(text: string): string {
  return text.replace(/"/g, "'").replace(/[^\x20-\x7e]|\\/g, '?');
}

/** The error of a registration in the words of RFC 7591, 3.2.2. */
export function registrationProblem(problem: Problem): Problem {
  const { code, message, fields } = problem;
  if (code !== 'invalid_field' && code !== 'malformed_request') return problem;
  const isRedirect = fields.length > 0 && fields.every(({ field }) => field.startsWith('redirect_uris'));
  return new Problem(isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata', { message });
}
