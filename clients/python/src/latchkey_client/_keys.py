"""API keys and tokens, as calls give them."""

from __future__ import annotations

from typing import Any, NoReturn

from ._credential import Secretive
from .generated.models.api_key import ApiKey as ApiKey


class IssuedApiKey(ApiKey):
    """An API key with the key itself, which is shown once: `key` is in no `repr`, no `to_dict`, and no pickle."""

    __slots__ = ("__key",)
    __key: str

    @classmethod
    def of(cls, view: dict[str, Any]) -> IssuedApiKey:
        """Reads an answer that shows the key."""
        fields = dict(view)
        key = fields.pop("key")
        issued = cls.from_dict(fields)
        issued.__key = key
        return issued

    @property
    def key(self) -> str:
        return self.__key

    def __reduce__(self) -> NoReturn:
        raise TypeError("IssuedApiKey holds a secret, and is not pickled.")


class TokenPair(Secretive):
    """A pair of tokens. Neither is in its `repr`."""

    __slots__ = ("__access_token", "__refresh_token", "expires_in")

    def __init__(self, access_token: str, refresh_token: str | None, expires_in: int) -> None:
        self.__access_token = access_token
        self.__refresh_token = refresh_token
        #: Seconds for which the access token is good.
        self.expires_in = expires_in

    @property
    def access_token(self) -> str:
        return self.__access_token

    @property
    def refresh_token(self) -> str | None:
        """None where the server gives none."""
        return self.__refresh_token
