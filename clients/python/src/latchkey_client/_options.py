"""What a client is made of: where the API is, and what it proves itself with."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from ._errors import AuthenticationError, LatchkeyError


@dataclass(frozen=True)
class Contract:
    """What differs between the contracts that a deployment may publish."""

    #: The environment variable that has the API key, besides LATCHKEY_API_KEY.
    api_key_variable: str
    #: Where the rows of the default contract are: `METHOD /path` -> path, or None where there is no such row.
    paths: Mapping[str, str | None]
    #: The header of an API key, if it is not `Authorization`.
    api_key_header: str | None = None


def endpoint_of(endpoint: str | None, allow_http: bool) -> httpx.URL:
    """The API's URL without a slash at its end. Raises where it is none, or would carry credentials in the open."""
    text = endpoint or os.environ.get("LATCHKEY_ENDPOINT")
    if not text:
        raise LatchkeyError("endpoint is required: provide it, or set LATCHKEY_ENDPOINT.")
    try:
        url = httpx.URL(text.rstrip("/"))
    except httpx.InvalidURL as error:
        raise LatchkeyError("endpoint must be a URL, such as https://api.example.com.") from error
    is_local = re.fullmatch(r"localhost|127(\.\d+){3}|::1", url.host) is not None
    if not url.host or (url.scheme != "https" and not (url.scheme == "http" and (is_local or allow_http))):
        raise LatchkeyError("endpoint must begin with https://; allow_http=True sends the credential without TLS.")
    if url.userinfo:
        raise LatchkeyError("endpoint must have no user name or password.")
    return url


def root_of(endpoint: httpx.URL) -> str:
    """The URL below which Latchkey's own rows are: the endpoint without the version of the API behind it."""
    return re.sub(r"/v\d+$", "", str(endpoint))


def require_one(api_key: str | None, token_provider: object, refresh_token: str | None, on_tokens: object) -> None:
    """Raises `AuthenticationError` where more than one credential is given, or a refresh token that nobody keeps."""
    given = [value for value in (api_key, token_provider, refresh_token) if value is not None]
    if len(given) > 1:
        raise AuthenticationError("Provide one of api_key, token_provider and refresh_token.")
    if refresh_token is not None and on_tokens is None:
        raise AuthenticationError("refresh_token needs on_tokens, which keeps the one that replaces it.")


def api_key_of(api_key: str | None, contract: Contract) -> str:
    """The API key that is given, or that the environment has. Raises `AuthenticationError` where there is none."""
    variable = contract.api_key_variable
    key = (api_key or os.environ.get(variable) or os.environ.get("LATCHKEY_API_KEY") or "").strip()
    if not key:
        raise AuthenticationError(
            f"API key is required. Provide via api_key parameter or {variable} environment variable."
        )
    return key
