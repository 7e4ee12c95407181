"""A deployment with the contract of Neuroloom."""

from __future__ import annotations

from . import *  # noqa: F403
from . import AsyncLatchkey, Contract, Latchkey
from ._rows import PATHS

_CONTRACT = Contract("NEUROLOOM_API_KEY", PATHS["neuroloom"])


class Neuroloom(Latchkey):
    contract = _CONTRACT


class AsyncNeuroloom(AsyncLatchkey):
    contract = _CONTRACT
