from typing import Literal

ClientTokenEndpointAuthMethod = Literal['client_secret_basic', 'none', 'private_key_jwt']

CLIENT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES: set[ClientTokenEndpointAuthMethod] = { 'client_secret_basic', 'none', 'private_key_jwt',  }

def check_client_token_endpoint_auth_method(value: str) -> ClientTokenEndpointAuthMethod:
    if value in CLIENT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CLIENT_TOKEN_ENDPOINT_AUTH_METHOD_VALUES!r}")
