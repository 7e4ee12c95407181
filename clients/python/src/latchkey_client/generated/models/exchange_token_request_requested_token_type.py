from typing import Literal

ExchangeTokenRequestRequestedTokenType = Literal['urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:jwt']

EXCHANGE_TOKEN_REQUEST_REQUESTED_TOKEN_TYPE_VALUES: set[ExchangeTokenRequestRequestedTokenType] = { 'urn:ietf:params:oauth:token-type:access_token', 'urn:ietf:params:oauth:token-type:jwt',  }

def check_exchange_token_request_requested_token_type(value: str) -> ExchangeTokenRequestRequestedTokenType:
    if value in EXCHANGE_TOKEN_REQUEST_REQUESTED_TOKEN_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {EXCHANGE_TOKEN_REQUEST_REQUESTED_TOKEN_TYPE_VALUES!r}")
