"""The sub-client `auth`: API keys and tokens, whatever contract the deployment publishes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote

import httpx

from ._credential import Secretive
from ._errors import KeyNotShownError
from ._exchange import ANONYMOUS
from ._http import AsyncHttp, Http
from ._keys import IssuedApiKey, TokenPair
from ._pages import AsyncPaginated, Paginated
from .generated.models.api_key import ApiKey

if TYPE_CHECKING:
    from typing_extensions import Unpack

_KEYS = "/v1/api-keys"


class _Fields(TypedDict, total=False):
    workspace_id: str
    environment: str
    scopes: Sequence[str]
    expires_in_days: int
    expires_at: datetime.datetime
    allowed_ips: Sequence[str]
    metadata: Mapping[str, str]


def _created(response: httpx.Response) -> IssuedApiKey:
    view = response.json()
    if "key" not in view:
        raise KeyNotShownError(view["id"])
    return IssuedApiKey.of(view)


def _token_pair(response: httpx.Response) -> TokenPair:
    body = response.json()
    return TokenPair(body["access_token"], body.get("refresh_token"), body["expires_in"])


def _page(response: httpx.Response) -> tuple[list[ApiKey], str | None]:
    body = response.json()
    return [ApiKey.from_dict(view) for view in body["data"]], body["next_cursor"]


def _key_path(id: str) -> str:
    return f"{_KEYS}/{quote(id, safe='')}"


def _reveal_path(id: str) -> str:
    """Only the contract `nams` shows a key again."""
    return f"/v1/auth/api-keys/{quote(id, safe='')}/reveal"


def _body(name: str | None, label: str | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    if (name is None) == (label is None):
        raise TypeError("A key has one name: give name, or label, which is another word for it.")
    expires_at = fields.get("expires_at")
    dates = {} if expires_at is None else {"expires_at": expires_at.isoformat()}
    return {"name": label if name is None else name, **_given(fields), **dates}


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


_WITHOUT_CREDENTIAL = {ANONYMOUS: True}


class AuthClient(Secretive):
    """API keys and tokens."""

    def __init__(self, http: Http) -> None:
        self.__http = http

    def list_api_keys(self, workspace_id: str | None = None) -> Paginated[ApiKey]:
        """The keys of a workspace, or of all that the caller may see. It is fetched as it is iterated over."""

        def fetch_page(cursor: str | None) -> tuple[list[ApiKey], str | None]:
            params = _given({"workspace_id": workspace_id, "cursor": cursor})
            return _page(self.__http.get(_KEYS, params=params))

        return Paginated(fetch_page)

    def get_api_key(self, id: str) -> ApiKey:
        return ApiKey.from_dict((self.__http.get(_key_path(id))).json())

    def create_api_key(
        self, name: str | None = None, *, label: str | None = None, **fields: Unpack[_Fields]
    ) -> IssuedApiKey:
        """Makes a key; `label` is another word for `name`. Keep `key`: it is shown once.

        Raises `KeyNotShownError` where the answer was lost on its way.
        """
        return _created(self.__http.post(_KEYS, json=_body(name, label, fields)))

    def rotate_api_key(
        self, id: str, *, grace_seconds: int | None = None, keep_previous: bool | None = None
    ) -> IssuedApiKey:
        """Gives a key another secret; all else stays. The one before is good for `grace_seconds` more."""
        body = _given({"grace_seconds": grace_seconds, "keep_previous": keep_previous})
        return IssuedApiKey.of((self.__http.post(f"{_key_path(id)}/rotate", json=body)).json())

    def revoke_api_key(self, id: str) -> None:
        """Ends a key at once."""
        self.__http.delete(_key_path(id))

    def reveal_api_key(self, id: str, workspace_id: str | None = None) -> str:
        """The key itself: only the contract `nams` shows it again."""
        params = _given({"workspace_id": workspace_id})
        key: str = (self.__http.get(_reveal_path(id), params=params)).json()["key"]
        return key

    def refresh_access_token(self, refresh_token: str) -> TokenPair:
        """Exchanges a refresh token for a new pair; the one before ends. Needs no credential."""
        body = {"refresh_token": refresh_token}
        return _token_pair(self.__http.post("/v1/auth/refresh", json=body, extensions=_WITHOUT_CREDENTIAL))

    def exchange_token(self, subject_token: str) -> TokenPair:
        """Exchanges the token of an identity provider for a pair of this API. Needs no credential."""
        body = {"subject_token": subject_token}
        return _token_pair(self.__http.post("/v1/auth/exchange", json=body, extensions=_WITHOUT_CREDENTIAL))


class AsyncAuthClient(Secretive):
    """The same for asyncio."""

    def __init__(self, http: AsyncHttp) -> None:
        self.__http = http

    def list_api_keys(self, workspace_id: str | None = None) -> AsyncPaginated[ApiKey]:
        """The keys of a workspace, or of all that the caller may see. Await it, or read it with `async for`."""

        async def fetch_page(cursor: str | None) -> tuple[list[ApiKey], str | None]:
            params = _given({"workspace_id": workspace_id, "cursor": cursor})
            return _page(await self.__http.get(_KEYS, params=params))

        return AsyncPaginated(fetch_page)

    async def get_api_key(self, id: str) -> ApiKey:
        return ApiKey.from_dict((await self.__http.get(_key_path(id))).json())

    async def create_api_key(
        self, name: str | None = None, *, label: str | None = None, **fields: Unpack[_Fields]
    ) -> IssuedApiKey:
        """Makes a key; `label` is another word for `name`. Keep `key`: it is shown once.

        Raises `KeyNotShownError` where the answer was lost on its way.
        """
        return _created(await self.__http.post(_KEYS, json=_body(name, label, fields)))

    async def rotate_api_key(
        self, id: str, *, grace_seconds: int | None = None, keep_previous: bool | None = None
    ) -> IssuedApiKey:
        """Gives a key another secret; all else stays. The one before is good for `grace_seconds` more."""
        body = _given({"grace_seconds": grace_seconds, "keep_previous": keep_previous})
        return IssuedApiKey.of((await self.__http.post(f"{_key_path(id)}/rotate", json=body)).json())

    async def revoke_api_key(self, id: str) -> None:
        """Ends a key at once."""
        await self.__http.delete(_key_path(id))

    async def reveal_api_key(self, id: str, workspace_id: str | None = None) -> str:
        """The key itself: only the contract `nams` shows it again."""
        params = _given({"workspace_id": workspace_id})
        key: str = (await self.__http.get(_reveal_path(id), params=params)).json()["key"]
        return key

    async def refresh_access_token(self, refresh_token: str) -> TokenPair:
        """Exchanges a refresh token for a new pair; the one before ends. Needs no credential."""
        body = {"refresh_token": refresh_token}
        return _token_pair(await self.__http.post("/v1/auth/refresh", json=body, extensions=_WITHOUT_CREDENTIAL))

    async def exchange_token(self, subject_token: str) -> TokenPair:
        """Exchanges the token of an identity provider for a pair of this API. Needs no credential."""
        body = {"subject_token": subject_token}
        return _token_pair(await self.__http.post("/v1/auth/exchange", json=body, extensions=_WITHOUT_CREDENTIAL))
