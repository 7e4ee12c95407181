from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="VerifyKeyRequest")


@_attrs_define
class VerifyKeyRequest:


    key: str = _attrs_field(repr=False)
    count: bool | Unset = False
    """ Count it as a use, with its last-used time and address. """


    def to_dict(self) -> dict[str, Any]:
        key = self.key

        count = self.count


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "key": key,
        })
        if count is not UNSET:
            field_dict["count"] = count

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        key = d.pop("key")

        count = d.pop("count", UNSET)

        verify_key_request = cls(
            key=key,
            count=count,
        )

        return verify_key_request

