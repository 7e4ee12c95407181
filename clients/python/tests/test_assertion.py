"""The verifier on what the real signer makes, and on attacks; then the ways in which requests reach it."""

import asyncio
import base64
import dataclasses
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request

from latchkey_client.assertion import (
    AssertedIdentity,
    AssertionMiddleware,
    AssertionRejected,
    AssertionVerifier,
    asserted,
)

VECTORS = json.loads((Path(__file__).parent / "assertion_vectors.json").read_text())
GOOD = VECTORS["vectors"][0]
KIDS = {"unknown": next(each for each in VECTORS["vectors"] if each["name"] == "with a kid that is not known")}


class Keys(httpx.BaseTransport):
    """The API's keys, and how often they are read."""

    def __init__(self) -> None:
        self.reads = 0
        self.status = 200
        self.seconds = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == VECTORS["issuer"] + "/.well-known/jwks.json"
        self.reads += 1
        time.sleep(self.seconds)
        if self.status == 0:
            raise httpx.ConnectError("refused")
        return httpx.Response(self.status, json=VECTORS["jwks"])


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def made(keys: Keys) -> Callable[..., AssertionVerifier]:
    def make(at: float = GOOD["at"], **options: Any) -> AssertionVerifier:
        issuer = options.pop("issuer", VECTORS["issuer"])
        return AssertionVerifier(issuer, **{"transport": keys, "clock": lambda: at, **options})

    return make


Make = Callable[..., AssertionVerifier]


def ends(verifier: AssertionVerifier, vector: dict[str, Any]) -> Any:
    """The fault, or the identity as the vectors have it."""
    try:
        identity = verifier.verify(vector["header"], method=vector["method"], path=vector["path"])
    except AssertionRejected as rejected:
        return rejected.code
    return {**dataclasses.asdict(identity), "scopes": list(identity.scopes)}


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_every_assertion_ends_as_it_must(vector: dict[str, Any], made: Make) -> None:
    assert ends(made(vector["at"]), vector) == vector.get("identity", vector.get("fault"))


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_and_so_it_does_for_a_task(vector: dict[str, Any], made: Make) -> None:
    call = made(vector["at"]).verify_async(vector["header"], method=vector["method"], path=vector["path"])
    if "fault" in vector:
        with pytest.raises(AssertionRejected) as rejected:
            asyncio.run(call)
        assert rejected.value.code == vector["fault"]
    else:
        assert asyncio.run(call).principal == vector["identity"]["principal"]


def test_a_header_may_be_one_text_or_none(made: Make) -> None:
    (assertion,) = GOOD["header"]
    assert made().verify(assertion, method=GOOD["method"], path=GOOD["path"]).kind == "key"
    assert ends(made(), {**GOOD, "header": None}) == "missing"


def test_many_unknown_kids_read_the_keys_once_a_minute(keys: Keys) -> None:
    now = [GOOD["at"]]
    verifier = AssertionVerifier(VECTORS["issuer"], transport=keys, clock=lambda: now[0])
    for _ in range(50):
        assert ends(verifier, KIDS["unknown"]) == "invalid"
    assert keys.reads == 1
    now[0] += 61
    for _ in range(50):
        ends(verifier, KIDS["unknown"])
    assert keys.reads == 2


def test_keys_are_kept_for_five_minutes(keys: Keys) -> None:
    now = [GOOD["at"] - 299.0]
    verifier = AssertionVerifier(VECTORS["issuer"], transport=keys, clock=lambda: now[0])
    ends(verifier, GOOD)
    now[0] = GOOD["at"]
    assert ends(verifier, GOOD) == GOOD["identity"]
    assert keys.reads == 1
    now[0] = GOOD["at"] + 2
    keys.status = 500
    assert ends(verifier, GOOD) == "unavailable"


@pytest.mark.parametrize("status", [0, 302, 404, 500])
def test_keys_that_cannot_be_read_are_a_503_and_asked_for_once_a_second(status: int, keys: Keys, made: Make) -> None:
    keys.status = status
    verifier = made()
    for _ in range(20):
        with pytest.raises(AssertionRejected) as rejected:
            verifier.verify(GOOD["header"], method=GOOD["method"], path=GOOD["path"])
        assert (rejected.value.code, rejected.value.status) == ("unavailable", 503)
    assert keys.reads == 1


def test_threads_share_one_read(keys: Keys, made: Make) -> None:
    keys.seconds = 0.05
    verifier = made()
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(ends(verifier, GOOD))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [GOOD["identity"]] * 20
    assert keys.reads == 1


def test_an_upstream_with_a_path_of_its_own_sees_it_in_front(made: Make) -> None:
    based = made(base_path="/base/")
    assert ends(based, {**GOOD, "path": "/base" + GOOD["path"]}) == GOOD["identity"]
    assert ends(based, GOOD) == "other_request"


def test_the_old_issuer_and_the_new_one_are_accepted_while_the_api_moves(made: Make) -> None:
    moving = made(issuer=[VECTORS["issuer"] + "/", "https://new.example.com"])
    assert ends(moving, GOOD) == GOOD["identity"]


def test_a_clock_that_differs_by_no_second_may_be_asked_for(made: Make) -> None:
    late = {**GOOD, "at": GOOD["at"] + 61}
    assert ends(made(late["at"]), late) == GOOD["identity"]
    assert ends(made(late["at"], clock_tolerance=0), late) == "expired"


@pytest.mark.parametrize(
    ("issuer", "options", "message"),
    [
        ("", {}, "issuer: name the API's URL"),
        ([], {}, "issuer: name the API's URL"),
        ("http://api.example.com", {}, "issuer: keys are read by https"),
        ("https://api.example.com", {"jwks_url": "http://192.0.2.7/jwks"}, "jwks_url: keys are read by https"),
    ],
)
def test_options_that_are_wrong_are_told_at_once(issuer: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AssertionVerifier(issuer, **options)


def application(made: Make) -> FastAPI:
    """An upstream by the middleware, and one by the dependency."""
    app = FastAPI()
    verifier = made()

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/by-dependency/{rest:path}")
    def by_dependency(caller: Annotated[AssertedIdentity, Depends(asserted(verifier))]) -> dict[str, str]:
        return {"principal": caller.principal}

    @app.get("/v1/{rest:path}")
    def by_middleware(request: Request) -> dict[str, str]:
        return {"principal": request.state.latchkey.principal}

    return app


def ask(app: Any, path: str, headers: list[tuple[str, str]], method: str = "GET") -> httpx.Response:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://upstream.example.com") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(call())


def test_the_middleware_lets_through_what_the_door_has_signed(made: Make) -> None:
    app = AssertionMiddleware(application(made), made(), public=["/health"])
    good = [("X-Latchkey-Assertion", GOOD["header"][0])]
    assert ask(app, GOOD["path"] + "?days=7", good).json() == {"principal": "key:key_1"}
    assert ask(app, "/health", []).json() == {"status": "ok"}
    for headers, path in ([], GOOD["path"]), (good, "/v1/other"), (good * 2, GOOD["path"]), ([], "/health/"):
        refused = ask(app, path, headers)
        assert refused.status_code == 401
        assert refused.json()["code"].startswith("assertion_")
        assert refused.headers["cache-control"] == "no-store"


def test_the_middleware_answers_503_where_the_keys_cannot_be_read(keys: Keys, made: Make) -> None:
    keys.status = 500
    app = AssertionMiddleware(application(made), made())
    refused = ask(app, GOOD["path"], [("X-Latchkey-Assertion", GOOD["header"][0])])
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


def test_the_middleware_closes_websockets_and_passes_the_lifespan_on(made: Make) -> None:
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    middleware = AssertionMiddleware(app, made())
    asyncio.run(middleware({"type": "websocket", "path": "/v1/stats"}, receive, send))
    asyncio.run(middleware({"type": "lifespan"}, receive, send))
    assert seen == ["lifespan"]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_dependency_gives_the_identity_or_an_error_of_fastapi(made: Make) -> None:
    app = application(lambda: made(base_path="/by-dependency"))
    good = [("X-Latchkey-Assertion", GOOD["header"][0])]
    path = "/by-dependency" + GOOD["path"]
    assert ask(app, path, good).json() == {"principal": "key:key_1"}
    for headers, other in ([], path), (good, "/by-dependency/v1/other"), (good * 2, path):
        refused = ask(app, other, headers)
        assert refused.status_code == 401
        assert refused.json()["detail"]["code"].startswith("assertion_")
    # It asks for nothing of the caller, as the document says.
    operation = app.openapi()["paths"]["/by-dependency/{rest}"]["get"]
    assert [each["name"] for each in operation.get("parameters", [])] in ([], ["rest"])


@pytest.mark.parametrize("head", ["[" * 6000, '{"a":' * 1200, "\ud800", "1" * 6000, '{"kid":' + "1" * 5000 + "}"])
def test_a_head_that_no_parser_likes_is_a_401(made: Make, head: str) -> None:
    encoded = base64.urlsafe_b64encode(head.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    for assertion in (f"{encoded}.e30.AA", f"{head[:100]}.e30.AA"):
        with pytest.raises(AssertionRejected) as rejected:
            made().verify(assertion, method="GET", path="/v1/stats")
        assert rejected.value.status == 401
