"""The client of an API behind Latchkey."""

from ._auth import AsyncAuthClient, AuthClient
from ._client import AsyncLatchkey, Latchkey
from ._credential import AsyncTokenProvider, TokenProvider
from ._errors import (
    AuthenticationError,
    ConflictError,
    ConnectionError,
    FieldError,
    KeyNotShownError,
    LatchkeyError,
    NotFoundError,
    PermissionError,
    RateLimitError,
    ServerError,
    TimeoutError,
    ValidationError,
)
from ._keys import ApiKey, IssuedApiKey, TokenPair
from ._options import Contract
from ._pages import AsyncPaginated, Paginated

__all__ = [
    "ApiKey",
    "AsyncAuthClient",
    "AsyncLatchkey",
    "AsyncPaginated",
    "AsyncTokenProvider",
    "AuthClient",
    "AuthenticationError",
    "ConflictError",
    "ConnectionError",
    "Contract",
    "FieldError",
    "IssuedApiKey",
    "KeyNotShownError",
    "Latchkey",
    "LatchkeyError",
    "NotFoundError",
    "Paginated",
    "PermissionError",
    "RateLimitError",
    "ServerError",
    "TimeoutError",
    "TokenPair",
    "TokenProvider",
    "ValidationError",
]
