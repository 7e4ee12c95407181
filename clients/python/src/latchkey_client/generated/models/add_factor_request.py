from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.add_factor_request_kind import AddFactorRequestKind
from ..models.add_factor_request_kind import check_add_factor_request_kind
from typing import cast


T = TypeVar("T", bound="AddFactorRequest")


@_attrs_define
class AddFactorRequest:


    kind: AddFactorRequestKind


    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "kind": kind,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_add_factor_request_kind(d.pop("kind"))


        add_factor_request = cls(
            kind=kind,
        )

        return add_factor_request

