"""The clients: sync and async."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TypeVar

import httpx

from ._auth import AsyncAuthClient, AuthClient
from ._credential import AsyncCredential, AsyncTokenProvider, Credential, Secretive, TokenProvider
from ._exchange import Settings
from ._http import AsyncHttp, Http, Rows
from ._keys import TokenPair
from ._options import Contract, api_key_of, endpoint_of, require_one, root_of
from ._rows import PATHS
from .generated.client import Client as GeneratedClient

DEFAULT_CONTRACT = Contract("LATCHKEY_API_KEY", PATHS["default"])

_Latchkey = TypeVar("_Latchkey", bound="Latchkey")


class Latchkey(Secretive):
    """An API behind Latchkey, as the holder of one credential.

    endpoint: the API's URL (LATCHKEY_ENDPOINT if absent). A version at its end (`/v1`) is for calls of `http`.
    api_key: an API key (LATCHKEY_API_KEY if no credential is given).
    token_provider: gives access tokens, in place of an API key. Threads share what it gives.
    refresh_token: in place of an API key: the client renews its access tokens by it. Needs `on_tokens`.
    on_tokens: told each new pair of tokens before it is used: keep the refresh token, the one before ends.
    anonymous: sends no credential.
    workspace_id: sent as `X-Workspace-Id`: the workspace that a person works in.
    timeout_seconds: for the connection, and for each wait for bytes.
    max_retries: how often a request is sent again where that is safe.
    allow_http: lets a credential go to another machine without TLS.
    transport: httpx's own, which reads proxies from the environment, if absent.

    Raises `AuthenticationError` where there is no credential.
    """

    #: What the deployment publishes.
    contract = DEFAULT_CONTRACT

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        api_key: str | None = None,
        token_provider: TokenProvider | None = None,
        refresh_token: str | None = None,
        on_tokens: Callable[[TokenPair], None] | None = None,
        anonymous: bool = False,
        workspace_id: str | None = None,
        timeout_seconds: float = 30,
        max_retries: int = 2,
        allow_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        require_one(api_key, token_provider, refresh_token, on_tokens)
        url = endpoint_of(endpoint, allow_http)
        settings = Settings(url, max_retries, workspace_id, self.contract.api_key_header)
        if refresh_token is not None and on_tokens is not None:
            token_provider = self._renewing(refresh_token, on_tokens)
        credential = None
        if token_provider is not None:
            credential = Credential(provider=token_provider)
        elif not anonymous:
            credential = Credential(api_key=api_key_of(api_key, self.contract))
        self._own_http = Http(
            settings,
            credential,
            rows=Rows(self.contract.paths),
            base_url=root_of(url),
            timeout=timeout_seconds,
            transport=transport,
        )
        #: httpx's client with this credential, for the API behind the door: `client.http.get("/v1/memories")`.
        self.http = Http(settings, credential, base_url=url, timeout=timeout_seconds, transport=transport)
        #: API keys and tokens.
        self.auth = AuthClient(self._own_http)

    @property
    def api(self) -> GeneratedClient:
        """What the functions of `latchkey_client.generated.api` take as `client`."""
        client = GeneratedClient(base_url=root_of(self._own_http.base_url))
        client.set_httpx_client(self._own_http)
        return client

    def _renewing(self, first: str, on_tokens: Callable[[TokenPair], None]) -> TokenProvider:
        refresh_token = first

        def renew() -> str:
            nonlocal refresh_token
            tokens = self.auth.refresh_access_token(refresh_token)
            refresh_token = tokens.refresh_token or refresh_token
            on_tokens(tokens)
            return tokens.access_token

        return renew

    def close(self) -> None:
        """Closes the connections."""
        self.http.close()
        self._own_http.close()

    def __enter__(self: _Latchkey) -> _Latchkey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_AsyncLatchkey = TypeVar("_AsyncLatchkey", bound="AsyncLatchkey")


class AsyncLatchkey(Secretive):
    """The same for asyncio.

    endpoint: the API's URL (LATCHKEY_ENDPOINT if absent). A version at its end (`/v1`) is for calls of `http`.
    api_key: an API key (LATCHKEY_API_KEY if no credential is given).
    token_provider: gives access tokens, in place of an API key. Tasks share what it gives.
    refresh_token: in place of an API key: the client renews its access tokens by it. Needs `on_tokens`.
    on_tokens: told each new pair of tokens before it is used: keep the refresh token, the one before ends.
    anonymous: sends no credential.
    workspace_id: sent as `X-Workspace-Id`: the workspace that a person works in.
    timeout_seconds: for the connection, and for each wait for bytes.
    max_retries: how often a request is sent again where that is safe.
    allow_http: lets a credential go to another machine without TLS.
    transport: httpx's own, which reads proxies from the environment, if absent.

    Raises `AuthenticationError` where there is no credential.
    """

    #: What the deployment publishes.
    contract = DEFAULT_CONTRACT

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        api_key: str | None = None,
        token_provider: AsyncTokenProvider | None = None,
        refresh_token: str | None = None,
        on_tokens: Callable[[TokenPair], Awaitable[None] | None] | None = None,
        anonymous: bool = False,
        workspace_id: str | None = None,
        timeout_seconds: float = 30,
        max_retries: int = 2,
        allow_http: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        require_one(api_key, token_provider, refresh_token, on_tokens)
        url = endpoint_of(endpoint, allow_http)
        settings = Settings(url, max_retries, workspace_id, self.contract.api_key_header)
        if refresh_token is not None and on_tokens is not None:
            token_provider = self._renewing(refresh_token, on_tokens)
        credential = None
        if token_provider is not None:
            credential = AsyncCredential(provider=token_provider)
        elif not anonymous:
            credential = AsyncCredential(api_key=api_key_of(api_key, self.contract))
        self._own_http = AsyncHttp(
            settings,
            credential,
            rows=Rows(self.contract.paths),
            base_url=root_of(url),
            timeout=timeout_seconds,
            transport=transport,
        )
        #: httpx's client with this credential, for the API behind the door: `client.http.get("/v1/memories")`.
        self.http = AsyncHttp(settings, credential, base_url=url, timeout=timeout_seconds, transport=transport)
        #: API keys and tokens.
        self.auth = AsyncAuthClient(self._own_http)

    @property
    def api(self) -> GeneratedClient:
        """What the functions of `latchkey_client.generated.api` take as `client`."""
        client = GeneratedClient(base_url=root_of(self._own_http.base_url))
        client.set_async_httpx_client(self._own_http)
        return client

    def _renewing(self, first: str, on_tokens: Callable[[TokenPair], Awaitable[None] | None]) -> AsyncTokenProvider:
        refresh_token = first

        async def renew() -> str:
            nonlocal refresh_token
            tokens = await self.auth.refresh_access_token(refresh_token)
            refresh_token = tokens.refresh_token or refresh_token
            kept = on_tokens(tokens)
            if kept is not None:
                await kept
            return tokens.access_token

        return renew

    async def aclose(self) -> None:
        """Closes the connections."""
        await self.http.aclose()
        await self._own_http.aclose()

    async def __aenter__(self: _AsyncLatchkey) -> _AsyncLatchkey:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
