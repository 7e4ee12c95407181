"""For upstreams, which stand behind the front door: who calls, proven by `X-Latchkey-Assertion`.

Needs `latchkey-client[assertion]`.
"""

from __future__ import annotations

import inspect
import json
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote, urlsplit

import anyio.to_thread
import httpx
import jwt

__all__ = [
    "AssertedIdentity",
    "AssertionMiddleware",
    "AssertionRejected",
    "AssertionVerifier",
    "asserted",
]

HEADER = "x-latchkey-assertion"
_TYPE = "latchkey-assertion+jwt"
_JWKS_PATH = "/.well-known/jwks.json"
#: Seconds for which an assertion is valid.
_ASSERTION_SECONDS = 60
#: Seconds for which keys are kept: a new one is published 600 seconds before it signs.
_KEYS_KEPT_SECONDS = 300
#: Seconds within which an unknown `kid` does not make the keys be read again.
_REFRESH_SECONDS = 60
_TIMEOUT_SECONDS = 3.0
#: Seconds within which keys that could not be read are not asked for again.
_FAILURE_SECONDS = 1.0
_MAX_LENGTH = 8192

Fault = Literal["missing", "invalid", "expired", "other_request", "unavailable"]


class AssertionRejected(Exception):
    """An assertion that is not accepted.

    `code` is `missing` (none, or several), `invalid` (another kind of token, algorithm, key, issuer or audience),
    `expired`, `other_request` (made for another method or path) or `unavailable` (the API's keys cannot be read).
    `status` is what to answer: 401, or 503 for `unavailable`.
    """

    def __init__(self, code: Fault, message: str) -> None:
        super().__init__(message)
        self.code: Fault = code
        self.status = 503 if code == "unavailable" else 401


@dataclass(frozen=True)
class AssertedIdentity:
    """Who calls, as the front door says and signs it."""

    tenant: str
    workspace: str
    #: `key:<id>`, `user:<id>` or `anonymous`.
    principal: str
    kind: Literal["key", "user", "anonymous"]
    scopes: tuple[str, ...]
    environment: Literal["live", "test"]
    #: The caller's, as API Gateway saw it.
    client_address: str
    request_id: str
    #: Of a key.
    key_id: str | None = None
    #: Of a person.
    user_id: str | None = None
    #: The OAuth client that acts for a person; None where they act themselves.
    client_id: str | None = None


class AssertionVerifier:
    """Verifies `X-Latchkey-Assertion` by the API's public keys.

    The signature (ES256 alone, whatever the token says), type, issuer, audience and time, and that it is about this
    very request. Keys are read once, and again after five minutes or, at most once a minute, for a `kid` that is not
    known. One verifier serves a process: it is safe for threads and for tasks.
    """

    def __init__(
        self,
        issuer: str | Sequence[str],
        *,
        jwks_url: str | None = None,
        audience: str = "latchkey-upstream",
        clock_tolerance: float = 5.0,
        base_path: str = "",
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`issuer` is the API's URL with its stage, the stack's output `ApiUrl`; several while it moves.

        `base_path` is the path of `upstream.url`, which stands before that of the assertion. Raises ValueError for
        options that are wrong.
        """
        issuers = [issuer] if isinstance(issuer, str) else list(issuer)
        self._issuers = [each.rstrip("/") for each in issuers]
        if not self._issuers or not all(self._issuers):
            raise ValueError("issuer: name the API's URL, the stack's output ApiUrl")
        self._jwks_url = jwks_url or self._issuers[0] + _JWKS_PATH
        place = urlsplit(self._jwks_url)
        if place.scheme != "https" and not (
            place.scheme == "http" and place.hostname in ("localhost", "127.0.0.1", "::1")
        ):
            field = "issuer" if jwks_url is None else "jwks_url"
            raise ValueError(f"{field}: keys are read by https, or from this machine")
        self._audience = audience
        self._clock_tolerance = clock_tolerance
        self._base_path = base_path.rstrip("/")
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._failed_at = float("-inf")

    def verify(self, header: str | Sequence[str] | None, *, method: str, path: str) -> AssertedIdentity:
        """The identity that the assertion of a request proves. `path` is undecoded, without the query.

        Raises AssertionRejected.
        """
        assertion, kid = _read(header)
        if self._is_due(kid):
            self._refresh(kid)
        return self._proven(assertion, kid, method, path)

    async def verify_async(self, header: str | Sequence[str] | None, *, method: str, path: str) -> AssertedIdentity:
        """The same for a task: the loop does not wait for keys that are read."""
        assertion, kid = _read(header)
        if self._is_due(kid):
            await anyio.to_thread.run_sync(self._refresh, kid)
        return self._proven(assertion, kid, method, path)

    def _is_due(self, kid: str) -> bool:
        age = self._clock() - self._read_at
        return age >= _KEYS_KEPT_SECONDS or (kid not in self._keys and age >= _REFRESH_SECONDS)

    def _refresh(self, kid: str) -> None:
        with self._lock:
            # Another thread may have read them meanwhile, or found that nobody can.
            if not self._is_due(kid):
                return
            if 0 <= self._clock() - self._failed_at < _FAILURE_SECONDS:
                raise AssertionRejected("unavailable", "The API's keys cannot be read.")
            try:
                with httpx.Client(timeout=_TIMEOUT_SECONDS, transport=self._transport) as client:
                    answer = client.get(self._jwks_url)
                if answer.status_code != 200:
                    raise ValueError(f"the answer has the status {answer.status_code}")
                self._keys = dict(_keys(answer.json()["keys"]))
                self._read_at = self._clock()
            except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
                self._failed_at = self._clock()
                raise AssertionRejected("unavailable", "The API's keys cannot be read.") from cause

    def _proven(self, assertion: str, kid: str, method: str, path: str) -> AssertedIdentity:
        key = self._keys.get(kid)
        if key is None:
            raise AssertionRejected("invalid", "The assertion is not signed by a key of the API.")
        try:
            claims = jwt.decode(
                assertion,
                key,
                algorithms=["ES256"],
                audience=self._audience,
                issuer=self._issuers,
                # Of time our own clock decides, below.
                options={
                    "require": ["exp", "iat", "iss", "aud"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.InvalidTokenError as cause:
            raise AssertionRejected("invalid", "The assertion is not valid.") from cause
        self._check_time(claims)
        identity = _identity(claims)
        if claims.get("method") != method or f"{self._base_path}{claims.get('path')}" != path:
            raise AssertionRejected("other_request", "The assertion is for another request.")
        return identity

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        times = [claims[name] for name in ("iat", "exp", "nbf") if name in claims]
        if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in times):
            raise AssertionRejected("invalid", "The times of the assertion are no numbers.")
        now, tolerance = self._clock(), self._clock_tolerance
        is_over = claims["exp"] <= now - tolerance or now - claims["iat"] > _ASSERTION_SECONDS + tolerance
        is_early = claims["iat"] > now + tolerance or claims.get("nbf", 0) > now + tolerance
        if is_over or is_early:
            raise AssertionRejected("expired", "The time of the assertion is over, or has not come.")


def _read(header: str | Sequence[str] | None) -> tuple[str, str]:
    """The one assertion, and the `kid` that its head names, unproven."""
    values = [header] if isinstance(header, str) else list(header or [])
    if len(values) != 1 or values[0] == "":
        raise AssertionRejected("missing", "The request must have one X-Latchkey-Assertion.")
    (assertion,) = values
    if len(assertion) > _MAX_LENGTH:
        raise AssertionRejected("invalid", "The assertion is longer than any is.")
    try:
        head = jwt.get_unverified_header(assertion)
    # Of brackets in brackets, and of text that is none.
    except (jwt.InvalidTokenError, RecursionError, UnicodeError) as cause:
        raise AssertionRejected("invalid", "The assertion is not valid.") from cause
    kid, typ = head.get("kid"), head.get("typ")
    is_ours = isinstance(typ, str) and typ.lower().removeprefix("application/") == _TYPE
    if not isinstance(kid, str) or not is_ours or head.get("alg") != "ES256" or "crit" in head:
        raise AssertionRejected("invalid", "The assertion is of another kind.")
    return assertion, kid


def _keys(jwks: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, jwt.PyJWK]]:
    for jwk in jwks:
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256" and isinstance(jwk.get("kid"), str):
            try:
                yield jwk["kid"], jwt.PyJWK(dict(jwk), algorithm="ES256")
            except jwt.PyJWTError:
                continue


def _identity(claims: Mapping[str, Any]) -> AssertedIdentity:
    def text(name: str) -> str:
        value = claims.get(name)
        if not isinstance(value, str):
            raise AssertionRejected("invalid", f"The assertion lacks {name}.")
        return value

    principal = text("sub")
    kind, _, subject = principal.partition(":")
    environment = text("environment")
    if kind not in ("key", "user", "anonymous") or environment not in ("live", "test"):
        raise AssertionRejected("invalid", "The assertion is of a kind of caller that is not known here.")
    return AssertedIdentity(
        tenant=text("tenant"),
        workspace=text("workspace"),
        principal=principal,
        kind=cast(Any, kind),
        scopes=tuple(text("scopes").split()),
        environment=cast(Any, environment),
        client_address=text("client_address"),
        request_id=text("request_id"),
        key_id=subject if kind == "key" else None,
        user_id=subject if kind == "user" else None,
        client_id=text("client_id") if "client_id" in claims else None,
    )


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class AssertionMiddleware:
    """An ASGI middleware: what the front door has not signed is answered, the rest goes on.

    The identity is `request.state.latchkey` in Starlette and FastAPI, `scope["state"]["latchkey"]` elsewhere. `public`
    are paths that take none, such as that of a load balancer's check. A WebSocket is closed: none comes through the
    door.
    """

    def __init__(self, app: App, verifier: AssertionVerifier, *, public: Collection[str] = ()) -> None:
        self._app = app
        self._verifier = verifier
        self._public = frozenset(public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        path = _path(scope)
        if path not in self._public:
            values = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == HEADER.encode()]
            try:
                identity = await self._verifier.verify_async(values, method=scope["method"], path=path)
            except AssertionRejected as rejected:
                await _refuse(send, rejected)
                return
            scope.setdefault("state", {})["latchkey"] = identity
        await self._app(scope, receive, send)


def _path(scope: Mapping[str, Any]) -> str:
    """The path as it came: servers decode `path`, and keep it in `raw_path`."""
    raw = scope.get("raw_path")
    if isinstance(raw, bytes):
        return raw.partition(b"?")[0].decode("latin-1")
    return quote(str(scope["path"]), safe="/~!$&'()*+,=:@-._")


def _problem(rejected: AssertionRejected) -> dict[str, Any]:
    is_ours = rejected.status == 503
    return {
        "type": "server_error" if is_ours else "authentication_error",
        "title": "Keys cannot be read" if is_ours else "Assertion not accepted",
        "status": rejected.status,
        "code": f"assertion_{rejected.code}",
        "detail": str(rejected),
        "message": str(rejected),
        "error": str(rejected),
    }


def _headers(rejected: AssertionRejected) -> dict[str, str]:
    return {"cache-control": "no-store", **({"retry-after": "1"} if rejected.status == 503 else {})}


async def _refuse(send: Send, rejected: AssertionRejected) -> None:
    body = json.dumps(_problem(rejected)).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), **_headers(rejected)}
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": rejected.status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


def asserted(verifier: AssertionVerifier) -> Callable[..., Awaitable[AssertedIdentity]]:
    """A dependency of FastAPI: `caller: Annotated[AssertedIdentity, Depends(asserted(verifier))]`.

    A request without a valid assertion is a 401, and a 503 where the keys cannot be read.
    """
    # They are there where a dependency is made, and nobody else needs them.
    from fastapi import HTTPException, Request

    async def dependency(request: Any) -> AssertedIdentity:
        values = request.headers.getlist(HEADER)
        try:
            return await verifier.verify_async(values, method=request.method, path=_path(request.scope))
        except AssertionRejected as rejected:
            raise HTTPException(rejected.status, _problem(rejected), _headers(rejected)) from rejected

    # FastAPI reads what to give from the signature; this module must not need the class to be imported.
    parameter = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    dependency.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return dependency
