from typing import Literal

CreateClientResultTokenEndpointAuthMethod = Literal['client_secret_basic', 'none', 'private_key_jwt']

CREATE_CLIENT_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES: set[CreateClientResultTokenEndpointAuthMethod] = { 'client_secret_basic', 'none', 'private_key_jwt',  }

def check_create_client_result_token_endpoint_auth_method(value: str) -> CreateClientResultTokenEndpointAuthMethod:
    if value in CREATE_CLIENT_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CREATE_CLIENT_RESULT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES!r}")
