from typing import Literal

RotateClientSecretResultTokenEndpointAuthMethod = Literal['client_secret_basic', 'none', 'private_key_jwt']

ROTATE_CLIENT_SECRET_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES: set[RotateClientSecretResultTokenEndpointAuthMethod] = { 'client_secret_basic', 'none', 'private_key_jwt',  }

def check_rotate_client_secret_result_token_endpoint_auth_method(value: str) -> RotateClientSecretResultTokenEndpointAuthMethod:
    if value in ROTATE_CLIENT_SECRET_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ROTATE_CLIENT_SECRET_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES!r}")
