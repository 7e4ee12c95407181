from typing import Literal

ExchangeTokenRequestSubjectTokenType = Literal['urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:jwt']

EXCHANGE_TOKEN_REQUEST_SUBJECT_TOKEN_TYPE_VALUES: set[ExchangeTokenRequestSubjectTokenType] = { 'urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:jwt',  }

def check_exchange_token_request_subject_token_type(value: str) -> ExchangeTokenRequestSubjectTokenType:
    if value in EXCHANGE_TOKEN_REQUEST_SUBJECT_TOKEN_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EXCHANGE_TOKEN_REQUEST_SUBJECT_TOKEN_TYPE_VALUES!r}")
