from typing import Literal

RegisterClientResultJwksKeysItemKty = Literal['EC', 'OKP', 'RSA']

REGISTER_CLIENT_RESULT_JWKS_KEYS_ITEM_KTY_VALUES: set[RegisterClientResultJwksKeysItemKty] = { 'EC', 'OKP', 'RSA',  }

def check_register_client_result_jwks_keys_item_kty(value: str) -> RegisterClientResultJwksKeysItemKty:
    if value in REGISTER_CLIENT_RESULT_JWKS_KEYS_ITEM_KTY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REGISTER_CLIENT_RESULT_JWKS_KEYS_ITEM_KTY_VALUES!r}")
