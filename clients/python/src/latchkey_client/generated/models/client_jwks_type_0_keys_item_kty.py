from typing import Literal

ClientJwksType0KeysItemKty = Literal['EC', 'OKP', 'RSA']

CLIENT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES: set[ClientJwksType0KeysItemKty] = { 'EC', 'OKP', 'RSA',  }

def check_client_jwks_type_0_keys_item_kty(value: str) -> ClientJwksType0KeysItemKty:
    if value in CLIENT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CLIENT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES!r}")
