from typing import Literal

IssuedApiKeyStatus = Literal['active', 'disabled', 'expired', 'revoked']

ISSUED_API_KEY_STATUS_VALUES: set[IssuedApiKeyStatus] = { 'active', 'disabled', 'expired', 'revoked',  }

def check_issued_api_key_status(value: str) -> IssuedApiKeyStatus:
    if value in ISSUED_API_KEY_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ISSUED_API_KEY_STATUS_VALUES!r}")
