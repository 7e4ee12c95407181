"""A deployment with the contract of Memory API."""

from __future__ import annotations

from . import *  # noqa: F403
from . import AsyncLatchkey, Contract, Latchkey
from ._rows import PATHS

_CONTRACT = Contract("MEMORY_API_KEY", PATHS["memory-api"])


class MemoryApi(Latchkey):
    contract = _CONTRACT


class AsyncMemoryApi(AsyncLatchkey):
    contract = _CONTRACT
