from typing import Literal

AddFactorRequestKind = Literal['recovery_codes', 'totp']

ADD_FACTOR_REQUEST_KIND_VALUES: set[AddFactorRequestKind] = { 'recovery_codes', 'totp',  }

def check_add_factor_request_kind(value: str) -> AddFactorRequestKind:
    if value in ADD_FACTOR_REQUEST_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ADD_FACTOR_REQUEST_KIND_VALUES!r}")
