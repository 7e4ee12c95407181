"""A deployment with the contract of the Neo4j Agent Memory Service: its `MemoryClient` is async, as its own one is."""

from __future__ import annotations

from . import *  # noqa: F403
from . import AsyncLatchkey, Contract, Latchkey
from ._rows import PATHS

_CONTRACT = Contract("MEMORY_API_KEY", PATHS["nams"])


class SyncMemoryClient(Latchkey):
    contract = _CONTRACT


class MemoryClient(AsyncLatchkey):
    contract = _CONTRACT
