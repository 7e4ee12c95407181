"""A deployment with the contract of MemoryRelay, and as much of the API behind it as the service's page calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from . import *  # noqa: F403
from . import AsyncLatchkey, Contract, Latchkey
from ._http import AsyncHttp, Http
from ._rows import PATHS

_CONTRACT = Contract("MEMORYRELAY_API_KEY", PATHS["memoryrelay"])


@dataclass(frozen=True)
class MemorySearchRequest:
    """What to look for."""

    query: str
    agent_id: str | None = None
    limit: int | None = None

    def body(self) -> Mapping[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


class Agents:
    def __init__(self, http: Http) -> None:
        self._http = http

    def list(self) -> Any:
        return self._http.get("/v1/agents").json()


class Memories:
    def __init__(self, http: Http) -> None:
        self._http = http

    def search(self, request: MemorySearchRequest) -> Any:
        return self._http.post("/v1/memories/search", json=request.body()).json()


class MemoryRelay(Latchkey):
    contract = _CONTRACT

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.agents = Agents(self.http)
        self.memories = Memories(self.http)


class AsyncAgents:
    def __init__(self, http: AsyncHttp) -> None:
        self._http = http

    async def list(self) -> Any:
        return (await self._http.get("/v1/agents")).json()


class AsyncMemories:
    def __init__(self, http: AsyncHttp) -> None:
        self._http = http

    async def search(self, request: MemorySearchRequest) -> Any:
        return (await self._http.post("/v1/memories/search", json=request.body())).json()


class AsyncMemoryRelay(AsyncLatchkey):
    contract = _CONTRACT

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.agents = AsyncAgents(self.http)
        self.memories = AsyncMemories(self.http)
