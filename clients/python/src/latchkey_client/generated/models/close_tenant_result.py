from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
from typing import Literal, cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="CloseTenantResult")


@_attrs_define
class CloseTenantResult:


    id: str
    status: Literal['closed']
    erases_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        status = self.status

        erases_at = self.erases_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "status": status,
            "erases_at": erases_at,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        status = cast(Literal['closed'] , d.pop("status"))
        if status != 'closed':
            raise ValueError(f"status must match const 'closed', got '{status}'")

        erases_at = parse_datetime(d.pop("erases_at"))


        close_tenant_result = cls(
            id=id,
            status=status,
            erases_at=erases_at,
        )


        close_tenant_result.additional_properties = d
        return close_tenant_result

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
