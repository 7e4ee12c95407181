"""What a client proves itself with."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeAlias

#: Gives an access token that is good now. It is asked again when one expires, or is refused.
TokenProvider: TypeAlias = Callable[[], str]
#: The same for async clients, which take both kinds.
AsyncTokenProvider: TypeAlias = Callable[[], "str | Awaitable[str]"]

#: A token is renewed this long before it expires, so that it is still good when it arrives.
_EARLY_SECONDS = 30


class Secretive:
    """What holds secrets: it is printed without them, and not pickled or copied."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a secret, and is not pickled.")


class Token(Secretive):
    """A token with the time until which it is good."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def is_good(self) -> bool:
        """Whether it need not be renewed yet. A token that is no JWT is asked for anew each time."""
        return time.time() < _expiry_of(self.value) - _EARLY_SECONDS


class Credential(Secretive):
    """An API key, or what gives tokens. Threads that need a new token at the same time share one."""

    def __init__(self, *, api_key: str | None = None, provider: TokenProvider | None = None) -> None:
        self._api_key = api_key
        self._provider = provider
        self._token: Token | None = None
        self._renewals = 0
        self._lock = threading.Lock()

    @property
    def is_token(self) -> bool:
        return self._provider is not None

    def current(self) -> str:
        """The API key, or a token that is good now."""
        if self._provider is None:
            return self._api_key or ""
        token, renewals = self._token, self._renewals
        if token is not None and token.is_good():
            return token.value
        return self._renewed(self._provider, renewals)

    def instead(self, refused: str) -> str | None:
        """Another one than that which was refused; None where there is none."""
        if self._provider is None:
            return None
        token, renewals = self._token, self._renewals
        replaced = token is not None and token.value != refused
        value = self.current() if replaced else self._renewed(self._provider, renewals)
        return None if value == refused else value

    def _renewed(self, provider: TokenProvider, renewals: int) -> str:
        with self._lock:
            # Who waited for the lock takes what the one before it has got.
            if self._token is None or self._renewals == renewals:
                value = provider()
                if not isinstance(value, str):
                    if inspect.iscoroutine(value):
                        value.close()
                    raise TypeError("The token provider of a sync client must give a str.")
                self._token = Token(value)
                self._renewals += 1
            return self._token.value


class AsyncCredential(Secretive):
    """The same for tasks of an event loop."""

    def __init__(self, *, api_key: str | None = None, provider: AsyncTokenProvider | None = None) -> None:
        self._api_key = api_key
        self._provider = provider
        self._token: Token | None = None
        self._pending: asyncio.Task[str] | None = None

    @property
    def is_token(self) -> bool:
        return self._provider is not None

    async def current(self) -> str:
        if self._provider is None:
            return self._api_key or ""
        if self._token is not None and self._token.is_good():
            return self._token.value
        return await self._renewed(self._provider)

    async def instead(self, refused: str) -> str | None:
        if self._provider is None:
            return None
        replaced = self._token is not None and self._token.value != refused
        value = await (self.current() if replaced else self._renewed(self._provider))
        return None if value == refused else value

    async def _renewed(self, provider: AsyncTokenProvider) -> str:
        if self._pending is None:
            self._pending = asyncio.ensure_future(self._ask(provider))
        # One of the waiting tasks may be cancelled without the others.
        return await asyncio.shield(self._pending)

    async def _ask(self, provider: AsyncTokenProvider) -> str:
        try:
            given = provider()
            value = await given if inspect.isawaitable(given) else given
            self._token = Token(value)
            return value
        finally:
            self._pending = None


def _expiry_of(token: str) -> float:
    """When a JWT expires, in seconds since 1970; 0 of any other token. Read, not verified: the server does that."""
    try:
        payload = token.split(".")[1]
        expiry = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"]
        return float(expiry)
    except (IndexError, KeyError, TypeError, ValueError):
        return 0
