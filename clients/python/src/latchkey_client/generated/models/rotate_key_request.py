from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="RotateKeyRequest")


@_attrs_define
class RotateKeyRequest:


    grace_seconds: int | Unset = 0
    """ Seconds for which the present key goes on working; 0 ends it, and any older one, at once. """
    keep_previous: bool | Unset = False
    """ While a grace runs: replace only the newest key, whose answer was lost; the grace goes on. """


    def to_dict(self) -> dict[str, Any]:
        grace_seconds = self.grace_seconds

        keep_previous = self.keep_previous


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if grace_seconds is not UNSET:
            field_dict["grace_seconds"] = grace_seconds
        if keep_previous is not UNSET:
            field_dict["keep_previous"] = keep_previous

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        grace_seconds = d.pop("grace_seconds", UNSET)

        keep_previous = d.pop("keep_previous", UNSET)

        rotate_key_request = cls(
            grace_seconds=grace_seconds,
            keep_previous=keep_previous,
        )

        return rotate_key_request

