"""httpx clients that send as `_exchange` says."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from ._credential import AsyncCredential, Credential
from ._errors import LatchkeyError, error_of
from ._exchange import Exchange, Prove, Settings, Sleep, Step, exchange
from ._rows import IDEMPOTENT

#: Latchkey's own words, whatever contract the deployment publishes.
OWN_MEDIA_TYPE = "application/vnd.latchkey+json"

_UNRESERVED = r"[^/?#]+"


class Rows:
    """Where a contract has the rows of the default one: `METHOD /path` -> path, or None where there is no such row."""

    def __init__(self, paths: Mapping[str, str | None]) -> None:
        self._paths = [(self._pattern(row), row, path) for row, path in paths.items()]

    @staticmethod
    def _pattern(row: str) -> re.Pattern[str]:
        literal = re.split(r"\{\w+\}", row)
        return re.compile(f"({_UNRESERVED})".join(map(re.escape, literal)))

    def path_of(self, method: str, path: str) -> str:
        """The contract's path for a path of the default one. Raises `LatchkeyError` where it has no such row."""
        for pattern, row, elsewhere in self._paths:
            found = pattern.fullmatch(f"{method.upper()} {path}")
            if found is None:
                continue
            if elsewhere is None:
                raise LatchkeyError(f"This contract has no {row}.")
            return re.sub(r"\{\w+\}", "{}", elsewhere).format(*found.groups())
        return path


def own_request(rows: Rows, method: str, url: Any, fields: dict[str, Any]) -> str:
    """The path of one of Latchkey's own rows, of which `fields` get the headers that belong to it."""
    headers = httpx.Headers(fields.get("headers"))
    headers["Accept"] = OWN_MEDIA_TYPE
    if f"{method.upper()} {url}" in IDEMPOTENT:
        headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
    fields["headers"] = headers
    return rows.path_of(method, str(url))


def followed(settings: Settings) -> dict[str, bool]:
    """No redirect, where the credential is in a header that httpx would take along to another server."""
    return {} if settings.api_key_header is None else {"follow_redirects": False}


class Http(httpx.Client):
    """httpx's client with a credential, retries and typed errors. With `rows` it is for Latchkey's own rows."""

    def __init__(
        self, settings: Settings, credential: Credential | None, *, rows: Rows | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._settings = settings
        self._credential = credential
        self._rows = rows

    def build_request(self, method: str, url: Any, **fields: Any) -> httpx.Request:
        path = url if self._rows is None else own_request(self._rows, method, url, fields)
        return super().build_request(method, path, **fields)

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        # What is read can be sent again.
        request.read()
        options |= followed(self._settings)
        is_token = self._credential is not None and self._credential.is_token
        steps: Exchange = exchange(request, self._settings, is_token)
        try:
            step = next(steps)
            while True:
                try:
                    result = self._perform(step, options)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as stop:
            response: httpx.Response = stop.value
            return response

    def _perform(self, step: Step, options: dict[str, Any]) -> httpx.Response | str | None:
        if isinstance(step, Sleep):
            time.sleep(step.seconds)
            return None
        if isinstance(step, Prove):
            if self._credential is None:
                return None
            return self._credential.current() if step.refused is None else self._credential.instead(step.refused)
        response = super().send(step.request, **options)
        if response.status_code >= 400:
            response.read()
            raise error_of(response)
        return response


class AsyncHttp(httpx.AsyncClient):
    """The same for asyncio."""

    def __init__(
        self,
        settings: Settings,
        credential: AsyncCredential | None,
        *,
        rows: Rows | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._settings = settings
        self._credential = credential
        self._rows = rows

    def build_request(self, method: str, url: Any, **fields: Any) -> httpx.Request:
        path = url if self._rows is None else own_request(self._rows, method, url, fields)
        return super().build_request(method, path, **fields)

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        await request.aread()
        options |= followed(self._settings)
        is_token = self._credential is not None and self._credential.is_token
        steps: Exchange = exchange(request, self._settings, is_token)
        try:
            step = next(steps)
            while True:
                try:
                    result = await self._perform(step, options)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as stop:
            response: httpx.Response = stop.value
            return response

    async def _perform(self, step: Step, options: dict[str, Any]) -> httpx.Response | str | None:
        if isinstance(step, Sleep):
            await asyncio.sleep(step.seconds)
            return None
        if isinstance(step, Prove):
            if self._credential is None:
                return None
            if step.refused is None:
                return await self._credential.current()
            return await self._credential.instead(step.refused)
        response = await super().send(step.request, **options)
        if response.status_code >= 400:
            await response.aread()
            raise error_of(response)
        return response
