from typing import Literal

CreateClientRequestTokenEndpointAuthMethod = Literal['client_secret_basic', 'none', 'private_key_jwt']

CREATE_CLIENT_REQUEST_TOKEN_ENDPOINT_AUTH_METHOD_VALUES: set[CreateClientRequestTokenEndpointAuthMethod] = { 'client_secret_basic', 'none', 'private_key_jwt',  }

def check_create_client_request_token_endpoint_auth_method(value: str) -> CreateClientRequestTokenEndpointAuthMethod:
    if value in CREATE_CLIENT_REQUEST_TOKEN_ENDPOINT_AUTH_METHOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CREATE_CLIENT_REQUEST_TOKEN_ENDPOINT_AUTH_METHOD_VALUES!r}")
