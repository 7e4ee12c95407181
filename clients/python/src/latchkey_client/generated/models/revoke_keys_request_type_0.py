from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="RevokeKeysRequestType0")


@_attrs_define
class RevokeKeysRequestType0:


    created_by: str
    workspace_id: str | Unset = UNSET


    def to_dict(self) -> dict[str, Any]:
        created_by = self.created_by

        workspace_id = self.workspace_id


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "created_by": created_by,
        })
        if workspace_id is not UNSET:
            field_dict["workspace_id"] = workspace_id

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_by = d.pop("created_by")

        workspace_id = d.pop("workspace_id", UNSET)

        revoke_keys_request_type_0 = cls(
            created_by=created_by,
            workspace_id=workspace_id,
        )

        return revoke_keys_request_type_0

