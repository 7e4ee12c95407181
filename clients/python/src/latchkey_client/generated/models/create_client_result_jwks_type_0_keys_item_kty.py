from typing import Literal

CreateClientResultJwksType0KeysItemKty = Literal['EC', 'OKP', 'RSA']

CREATE_CLIENT_RESULT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES: set[CreateClientResultJwksType0KeysItemKty] = { 'EC', 'OKP', 'RSA',  }

def check_create_client_result_jwks_type_0_keys_item_kty(value: str) -> CreateClientResultJwksType0KeysItemKty:
    if value in CREATE_CLIENT_RESULT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CREATE_CLIENT_RESULT_JWKS_TYPE_0_KEYS_ITEM_KTY_VALUES!r}")
