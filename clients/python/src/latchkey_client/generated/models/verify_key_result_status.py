from typing import Literal

VerifyKeyResultStatus = Literal['disabled', 'expired', 'revoked', 'unknown', 'valid']

VERIFY_KEY_RESULT_STATUS_VALUES: set[VerifyKeyResultStatus] = { 'disabled', 'expired', 'revoked', 'unknown', 'valid',  }

def check_verify_key_result_status(value: str) -> VerifyKeyResultStatus:
    if value in VERIFY_KEY_RESULT_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {VERIFY_KEY_RESULT_STATUS_VALUES!r}")
