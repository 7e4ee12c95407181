from typing import Literal

ApiErrorStatus = Literal[400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504]

API_ERROR_STATUS_VALUES: set[ApiErrorStatus] = { 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504,  }

def check_api_error_status(value: int) -> ApiErrorStatus:
    if value in API_ERROR_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {API_ERROR_STATUS_VALUES!r}")
