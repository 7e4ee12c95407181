from typing import Literal

CreateClientRequestJwksKeysItemKty = Literal['EC', 'OKP', 'RSA']

CREATE_CLIENT_REQUEST_JWKS_KEYS_ITEM_KTY_VALUES: set[CreateClientRequestJwksKeysItemKty] = { 'EC', 'OKP', 'RSA',  }

def check_create_client_request_jwks_keys_item_kty(value: str) -> CreateClientRequestJwksKeysItemKty:
    if value in CREATE_CLIENT_REQUEST_JWKS_KEYS_ITEM_KTY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CREATE_CLIENT_REQUEST_JWKS_KEYS_ITEM_KTY_VALUES!r}")
