from typing import Literal

RegisterClientRequestJwksKeysItemKty = Literal['EC', 'OKP', 'RSA']

REGISTER_CLIENT_REQUEST_JWKS_KEYS_ITEM_KTY_VALUES: set[RegisterClientRequestJwksKeysItemKty] = { 'EC', 'OKP', 'RSA',  }

def check_register_client_request_jwks_keys_item_kty(value: str) -> RegisterClientRequestJwksKeysItemKty:
    if value in REGISTER_CLIENT_REQUEST_JWKS_KEYS_ITEM_KTY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REGISTER_CLIENT_REQUEST_JWKS_KEYS_ITEM_KTY_VALUES!r}")
