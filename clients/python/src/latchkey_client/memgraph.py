"""A deployment with the contract of Memgraph."""

from __future__ import annotations

from typing import Any

from . import *  # noqa: F403
from . import AsyncLatchkey, Contract, Latchkey
from ._rows import PATHS

_CONTRACT = Contract("MEMGRAPH_API_KEY", PATHS["memgraph"], api_key_header="X-API-KEY")


class MemgraphClient(Latchkey):
    """`tenant_id` is for its holder alone: the API knows the tenant by the credential."""

    contract = _CONTRACT

    def __init__(self, *, tenant_id: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.tenant_id = tenant_id


class AsyncMemgraphClient(AsyncLatchkey):
    """The same for asyncio."""

    contract = _CONTRACT

    def __init__(self, *, tenant_id: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.tenant_id = tenant_id
