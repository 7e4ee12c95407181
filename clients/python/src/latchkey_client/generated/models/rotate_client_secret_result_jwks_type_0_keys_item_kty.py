from typing import Literal

RotateClientSecretResultJwksType0KeysItemKty = Literal['EC', 'OKP', 'RSA']

ROTATE_CLIENT_SECRET_RESULT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES: set[RotateClientSecretResultJwksType0KeysItemKty] = { 'EC', 'OKP', 'RSA',  }

def check_rotate_client_secret_result_jwks_type_0_keys_item_kty(value: str) -> RotateClientSecretResultJwksType0KeysItemKty:
    if value in ROTATE_CLIENT_SECRET_RESULT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ROTATE_CLIENT_SECRET_RESULT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES!r}")
