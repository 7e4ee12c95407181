from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.usage_of_day import UsageOfDay


T = TypeVar("T", bound="ListKeyUsageResultDataItem")


@_attrs_define
class ListKeyUsageResultDataItem:


    key_id: str
    days: list[UsageOfDay]
    """ Oldest first, today last; days without requests too. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.usage_of_day import UsageOfDay # noqa: PLC0415
        key_id = self.key_id

        days = []
        for days_item_data in self.days:
            days_item = days_item_data.to_dict()
            days.append(days_item)


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "key_id": key_id,
            "days": days,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.usage_of_day import UsageOfDay # noqa: PLC0415
        d = dict(src_dict)
        key_id = d.pop("key_id")

        days = []
        _days = d.pop("days")
        for days_item_data in (_days):
            days_item = UsageOfDay.from_dict(days_item_data)


            days.append(days_item)


        list_key_usage_result_data_item = cls(
            key_id=key_id,
            days=days,
        )


        list_key_usage_result_data_item.additional_properties = d
        return list_key_usage_result_data_item

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
