from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.workspace_status import check_workspace_status
from ..models.workspace_status import WorkspaceStatus
from typing import cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="Workspace")


@_attrs_define
class Workspace:


    id: str
    name: str
    status: WorkspaceStatus
    is_default: bool
    key_count: int
    """ Keys that are not revoked. """
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        status: str = self.status

        is_default = self.is_default

        key_count = self.key_count

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "name": name,
            "status": status,
            "is_default": is_default,
            "key_count": key_count,
            "created_at": created_at,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        status = check_workspace_status(d.pop("status"))


        is_default = d.pop("is_default")

        key_count = d.pop("key_count")

        created_at = parse_datetime(d.pop("created_at"))


        workspace = cls(
            id=id,
            name=name,
            status=status,
            is_default=is_default,
            key_count=key_count,
            created_at=created_at,
        )


        workspace.additional_properties = d
        return workspace

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
