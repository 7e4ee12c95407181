from typing import Literal

GetMeResultKind = Literal['anonymous', 'key', 'user']

GET_ME_RESULT_KIND_VALUES: set[GetMeResultKind] = { 'anonymous', 'key', 'user',  }

def check_get_me_result_kind(value: str) -> GetMeResultKind:
    if value in GET_ME_RESULT_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {GET_ME_RESULT_KIND_VALUES!r}")
