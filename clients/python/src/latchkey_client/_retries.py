"""What is sent again, and when."""

from __future__ import annotations

import random
from collections.abc import Callable

import httpx

from ._errors import ConnectionError, LatchkeyError

#: The upper bound of the first pause; it doubles with each attempt.
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 8.0
#: Who is asked to stay away for longer is told so instead of waiting.
_LONGEST_RETRY_AFTER_SECONDS = 60

#: Methods that may be carried out twice (RFC 9110, 9.2.2).
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})

#: What fails before anything was sent.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def may_repeat(request: httpx.Request, error: LatchkeyError) -> bool:
    """Whether a request may be sent again. A write is sent twice only if that makes nothing twice."""
    if isinstance(error, ConnectionError) and isinstance(error.__cause__, _NEVER_SENT):
        return True
    if request.method not in _IDEMPOTENT and "Idempotency-Key" not in request.headers:
        return False
    # In flight: the first sending of the same Idempotency-Key is still being carried out.
    return isinstance(error, ConnectionError) or error.status in (429, 503) or error.code == "request_in_flight"


def pause_seconds(attempt: int, error: LatchkeyError, rand: Callable[[], float] | None = None) -> float | None:
    """Seconds to wait after attempt `attempt` (from 0).

    Full jitter (any time up to a bound that doubles), on top of `Retry-After` where the answer has one. None where
    that is longer than anybody should wait.
    """
    # Beyond a few attempts the power would only overflow.
    bound = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(attempt, 10))
    retry_after = error.retry_after or 0
    if retry_after > _LONGEST_RETRY_AFTER_SECONDS:
        return None
    return float(retry_after + (rand or random.random)() * bound)
