"""A server that answers what a test has written down, and the clients of it, sync and async alike."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from latchkey_client import AsyncLatchkey, Latchkey


@dataclass(frozen=True)
class Answer:
    status: int = 200
    json: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    #: In place of an answer: `lost`, `lost in the body` or `never`.
    instead: str | None = None


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: str
    at: float


class Server:
    """Answers each request with the next line of the script, then on with the last; or with what a function says."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.script: Any = [Answer()]
        self.stopped = threading.Event()
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            if callable(self.script):
                return self.script(asked)
            return self.script[min(len(self.asked), len(self.script)) - 1]

    @property
    def targets(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    @property
    def authorizations(self) -> list[str | None]:
        return [asked.headers.get("authorization") for asked in self.asked]

    def __call__(self, script: Any) -> Server:
        self.script = script
        return self


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Server

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.script.answer(Asked(self.command, self.path, headers, body, time.monotonic()))
        if answer.instead == "never":
            self.script.stopped.wait(30)
        if answer.instead in ("never", "lost"):
            self.close_connection = True
            return
        content = json.dumps(answer.json).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if answer.instead == "lost in the body":
            self.wfile.write(content[:2])
            self.close_connection = True
            return
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

    def log_message(self, *_: object) -> None:
        pass


class PatientServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@pytest.fixture
def server() -> Iterator[Server]:
    script = Server()
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    http = PatientServer(("127.0.0.1", 0), handler)
    script.url = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield script
    script.stopped.set()
    http.shutdown()
    http.server_close()


class Caller:
    """Makes clients of one kind, and runs what they give."""

    def __init__(self, kind: str, url: str) -> None:
        self.is_async = kind == "async"
        self._url = url
        self._loop = asyncio.new_event_loop()

    def client(self, cls: type | None = None, **options: Any) -> Any:
        default = AsyncLatchkey if self.is_async else Latchkey
        given = {"endpoint": self._url, **options}
        if not {"api_key", "token_provider", "refresh_token", "anonymous"} & set(options):
            given["api_key"] = "lk_secret"
        return (cls or default)(**given)

    def run(self, result: Any) -> Any:
        """What a call gives: of an async client, what it gives in the end."""
        if inspect.isawaitable(result):

            async def wait() -> Any:
                return await result

            return self._loop.run_until_complete(wait())
        return result

    def many(self, call: Callable[[], Any], count: int) -> list[Any]:
        """Calls that run at the same time."""
        if self.is_async:

            async def together() -> list[Any]:
                return await asyncio.gather(*(call() for _ in range(count)))

            return self._loop.run_until_complete(together())
        results: list[Any] = []
        threads = [threading.Thread(target=lambda: results.append(call())) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results


@pytest.fixture(params=["sync", "async"])
def caller(request: pytest.FixtureRequest, server: Server) -> Iterator[Caller]:
    made = Caller(request.param, server.url)
    yield made
    made._loop.close()


@pytest.fixture(autouse=True)
def no_jitter_and_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 0.0)
    for name in ("LATCHKEY_API_KEY", "LATCHKEY_ENDPOINT", "MEMORYRELAY_API_KEY", "MEMORY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
