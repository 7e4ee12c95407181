from typing import Literal

ApiErrorType = Literal['authentication_error', 'authorization_error', 'conflict_error', 'not_found_error', 'rate_limit_error', 'server_error', 'validation_error']

API_ERROR_TYPE_VALUES: set[ApiErrorType] = { 'authentication_error', 'authorization_error', 'conflict_error', 'not_found_error', 'rate_limit_error', 'server_error', 'validation_error',  }

def check_api_error_type(value: str) -> ApiErrorType:
    if value in API_ERROR_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {API_ERROR_TYPE_VALUES!r}")
