"""How a request is sent: credential, retries, errors. Without any input or output, so that sync and async share it."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx

from ._errors import AuthenticationError, ConnectionError, LatchkeyError, TimeoutError
from ._retries import may_repeat, pause_seconds

logger = logging.getLogger("latchkey_client")

#: In a request's `extensions`: it is sent without a credential.
ANONYMOUS = "latchkey_anonymous"


@dataclass(frozen=True)
class Settings:
    """What requests of a client have in common."""

    #: The API's URL, without a slash at its end: the only server that sees the credential.
    endpoint: httpx.URL
    max_retries: int
    #: Sent as `X-Workspace-Id` where the request has none.
    workspace_id: str | None
    #: The header of an API key, if it is not `Authorization`.
    api_key_header: str | None


@dataclass(frozen=True)
class Send:
    """Send the request; gives the answer, or throws httpx's error."""

    request: httpx.Request


@dataclass(frozen=True)
class Prove:
    """Gives the credential that is good now, or another one than that which was refused; None where there is none."""

    refused: str | None = None


@dataclass(frozen=True)
class Sleep:
    """Wait."""

    seconds: float


Step: TypeAlias = Send | Prove | Sleep
Exchange: TypeAlias = Generator[Step, Any, httpx.Response]


def exchange(request: httpx.Request, settings: Settings, is_token: bool) -> Exchange:
    """The steps from a request to its answer. Raises the `LatchkeyError` that an answer of 400 and above means."""
    _require_own_server(request, settings)
    if settings.workspace_id is not None:
        request.headers.setdefault("X-Workspace-Id", settings.workspace_id)
    header = None if is_token else settings.api_key_header
    attempt = 0
    while True:
        try:
            response = yield from _send_proven(request, header)
            _log(request, attempt, response.status_code, response.headers.get("X-Request-ID"), None)
            return response
        except LatchkeyError as error:
            repeated = attempt < settings.max_retries and may_repeat(request, error)
            pause = pause_seconds(attempt, error) if repeated else None
            _log(request, attempt, error.status, error.request_id, pause)
            if pause is None:
                raise
        yield Sleep(pause)
        attempt += 1


def _send_proven(request: httpx.Request, header: str | None) -> Exchange:
    """A refused token is replaced once: the authorizer refuses before anything is carried out."""
    if request.extensions.get(ANONYMOUS):
        return (yield from _send_once(request))
    credential: str | None = yield Prove()
    if credential is None:
        return (yield from _send_once(request))
    _set_credential(request, credential, header)
    try:
        return (yield from _send_once(request))
    except AuthenticationError:
        other: str | None = yield Prove(refused=credential)
        if other is None:
            raise
    _set_credential(request, other, header)
    return (yield from _send_once(request))


def _set_credential(request: httpx.Request, credential: str, header: str | None) -> None:
    if header is None:
        request.headers["Authorization"] = f"Bearer {credential}"
    else:
        request.headers[header] = credential


def _send_once(request: httpx.Request) -> Exchange:
    try:
        response: httpx.Response = yield Send(request)
        return response
    except httpx.TimeoutException as error:
        raise TimeoutError(f"{request.url.host} did not answer in time.") from error
    except httpx.TransportError as error:
        raise ConnectionError(f"The connection to {request.url.host} could not be made or was lost.") from error


def _require_own_server(request: httpx.Request, settings: Settings) -> None:
    """The credential is this API's: another server must not see it."""
    url, own = request.url, settings.endpoint
    if (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
        raise LatchkeyError(f"This client sends its credential to {own} only.")


def _log(request: httpx.Request, attempt: int, status: int | None, request_id: str | None, pause: float | None) -> None:
    """Logs one sending: without query, headers and body, where secrets and people's data are."""
    logger.info(
        "%s %s: %s (attempt %d, request %s)%s",
        request.method,
        request.url.copy_with(query=None),
        "no answer" if status is None else status,
        attempt + 1,
        request_id,
        "" if pause is None else f", again in {pause:.1f} s",
    )
