from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="RevokeKeysRequestType1")


@_attrs_define
class RevokeKeysRequestType1:


    workspace_id: str
    created_by: str | Unset = UNSET


    def to_dict(self) -> dict[str, Any]:
        workspace_id = self.workspace_id

        created_by = self.created_by


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "workspace_id": workspace_id,
        })
        if created_by is not UNSET:
            field_dict["created_by"] = created_by

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        workspace_id = d.pop("workspace_id")

        created_by = d.pop("created_by", UNSET)

        revoke_keys_request_type_1 = cls(
            workspace_id=workspace_id,
            created_by=created_by,
        )

        return revoke_keys_request_type_1

