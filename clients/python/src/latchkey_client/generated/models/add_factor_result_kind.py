from typing import Literal

AddFactorResultKind = Literal['recovery_codes', 'totp']

ADD_FACTOR_RESULT_KIND_VALUES: set[AddFactorResultKind] = { 'recovery_codes', 'totp',  }

def check_add_factor_result_kind(value: str) -> AddFactorResultKind:
    if value in ADD_FACTOR_RESULT_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ADD_FACTOR_RESULT_KIND_VALUES!r}")
