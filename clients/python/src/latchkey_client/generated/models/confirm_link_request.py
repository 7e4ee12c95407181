from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


T = TypeVar("T", bound="ConfirmLinkRequest")


@_attrs_define
class ConfirmLinkRequest:


    link: str
    """ As it stands in the URL of the mail, after `link=`. """


    def to_dict(self) -> dict[str, Any]:
        link = self.link


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "link": link,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        link = d.pop("link")

        confirm_link_request = cls(
            link=link,
        )

        return confirm_link_request

