from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast


T = TypeVar("T", bound="IssueKeyTokenRequest")


@_attrs_define
class IssueKeyTokenRequest:


    scopes: list[str] | Unset = UNSET
    """ At most those of the key; all of them by default. """


    def to_dict(self) -> dict[str, Any]:
        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if scopes is not UNSET:
            field_dict["scopes"] = scopes

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        scopes = cast(list[str], d.pop("scopes", UNSET))


        issue_key_token_request = cls(
            scopes=scopes,
        )

        return issue_key_token_request

