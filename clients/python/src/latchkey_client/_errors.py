"""What calls fail with."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class FieldError:
    """A field of a request that was not accepted, by the name that the request has it under."""

    field: str
    message: str


class LatchkeyError(Exception):
    """Every error of this client."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        request_id: str | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        #: The HTTP status; None where no answer was involved.
        self.status = status
        #: The stable name of the error, such as `insufficient_scope`; empty where the answer had none.
        self.code = code
        #: As in the server's logs: name it when you ask for help.
        self.request_id = request_id
        #: The wrong fields; empty where the answer names none.
        self.errors = errors
        #: Seconds after which to come again; None where the answer does not say.
        self.retry_after = retry_after


class AuthenticationError(LatchkeyError):
    """401, or no credential was given to the client."""


class PermissionError(LatchkeyError):
    """403: the credential is good, and may not do this."""


class NotFoundError(LatchkeyError):
    """404: it is not there, or belongs to somebody else."""


class ConflictError(LatchkeyError):
    """409: the thing is in a state that does not allow this."""


class ValidationError(LatchkeyError):
    """400 or 422: `errors` has the wrong fields."""


class RateLimitError(LatchkeyError):
    """429: `retry_after` has the seconds to wait."""


class ServerError(LatchkeyError):
    """5xx."""


class ConnectionError(LatchkeyError):
    """No answer: the connection could not be made or was lost. `__cause__` has the reason."""


class TimeoutError(ConnectionError):
    """No answer within `timeout_seconds`."""


class KeyNotShownError(LatchkeyError):
    """A key was made, but the answer that showed it was lost, and it is shown once. `id` is the key's."""

    def __init__(self, id: str) -> None:
        super().__init__(
            f"The answer that showed the new key {id} was lost: rotate_api_key({id!r}) gives it one that you see."
        )
        self.id = id


_BY_STATUS: dict[int, type[LatchkeyError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: PermissionError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}


def error_of(response: httpx.Response) -> LatchkeyError:
    """The error that an answer with a status of 400 or more means. Its body has been read."""
    status = response.status_code
    body = _object(_parsed(response.text))
    # Latchkey's own form, the envelopes of published contracts, RFC 6749's, and API Gateway's `message`.
    inner = body["error"] if isinstance(body.get("error"), dict) else body
    description = body.get("error_description")
    oauth_code = body.get("error") if description is not None else None
    message = _first_text(inner.get("detail"), inner.get("message"), description, body.get("error"))
    request_id = _first_text(
        response.headers.get("X-Request-ID"),
        body.get("request_id"),
        _object(body.get("meta")).get("request_id"),
        response.headers.get("x-amzn-RequestId"),
    )
    text = message or f"The server answered with status {status}."
    error_class = _BY_STATUS.get(status, ServerError if status >= 500 else LatchkeyError)
    return error_class(
        text if request_id is None else f"{text} (request {request_id})",
        status=status,
        code=_first_text(oauth_code, inner.get("code"), inner.get("type")) or "",
        request_id=request_id,
        errors=_field_errors(inner.get("errors") or inner.get("details")),
        retry_after=retry_after_seconds(response.headers.get("Retry-After"), time.time()),
    )


def retry_after_seconds(header: str | None, now: float) -> int | None:
    """The seconds of a `Retry-After` (RFC 9110, 10.2.3): a number of seconds or a date. None where it is neither."""
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]+", text):
        # Of more digits than anybody waits for, these will do: Python reads no more than 4300.
        return int(text[:18])
    try:
        return max(0, math.ceil(email.utils.parsedate_to_datetime(text).timestamp() - now))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _first_text(*values: object) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)


def _field_errors(value: object) -> tuple[FieldError, ...]:
    each = [_object(item) for item in value] if isinstance(value, list) else []
    return tuple(
        FieldError(item["field"], item["message"])
        for item in each
        if isinstance(item.get("field"), str) and isinstance(item.get("message"), str)
    )
