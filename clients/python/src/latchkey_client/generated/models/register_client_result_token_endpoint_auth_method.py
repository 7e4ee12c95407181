from typing import Literal

RegisterClientResultTokenEndpointAuthMethod = Literal['client_secret_basic', 'none', 'private_key_jwt']

REGISTER_CLIENT_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES: set[RegisterClientResultTokenEndpointAuthMethod] = { 'client_secret_basic', 'none', 'private_key_jwt',  }

def check_register_client_result_token_endpoint_auth_method(value: str) -> RegisterClientResultTokenEndpointAuthMethod:
    if value in REGISTER_CLIENT_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REGISTER_CLIENT_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES!r}")
