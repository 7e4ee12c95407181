from typing import Literal

OAuthErrorError = Literal['access_denied', 'authorization_pending', 'expired_token', 'invalid_client', 'invalid_client_metadata', 'invalid_grant', 'invalid_redirect_uri', 'invalid_request', 'invalid_scope', 'invalid_target', 'invalid_token', 'server_error', 'slow_down', 'temporarily_unavailable', 'unsupported_grant_type']

O_AUTH_ERROR_ERROR_VALUES: set[OAuthErrorError] = { 'access_denied', 'authorization_pending', 'expired_token', 'invalid_client', 'invalid_client_metadata', 'invalid_grant', 'invalid_redirect_uri', 'invalid_request', 'invalid_scope', 'invalid_target', 'invalid_token', 'server_error', 'slow_down', 'temporarily_unavailable', 'unsupported_grant_type',  }

def check_o_auth_error_error(value: str) -> OAuthErrorError:
    if value in O_AUTH_ERROR_ERROR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {O_AUTH_ERROR_ERROR_VALUES!r}")
