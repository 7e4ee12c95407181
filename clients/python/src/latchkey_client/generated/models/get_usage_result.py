from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.get_usage_result_this_month import GetUsageResultThisMonth
  from ..models.get_usage_result_this_window_type_0 import GetUsageResultThisWindowType0
  from ..models.get_usage_result_today import GetUsageResultToday
  from ..models.refused_requests import RefusedRequests
  from ..models.usage_of_day import UsageOfDay
  from ..models.usage_of_minute import UsageOfMinute


T = TypeVar("T", bound="GetUsageResult")


@_attrs_define
class GetUsageResult:


    key_id: None | str
    """ Null for the whole tenant. """
    this_window: GetUsageResultThisWindowType0 | None
    """ The minute that the limit counts; null for the whole tenant, which has none. """
    today: GetUsageResultToday
    this_month: GetUsageResultThisMonth
    days: list[UsageOfDay]
    """ Oldest first, today last; days without requests too. """
    refused: RefusedRequests
    minutes: list[UsageOfMinute] | None
    """ Of the whole tenant: the last ten minutes, oldest first, this one last. Null for one key. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.get_usage_result_this_month import GetUsageResultThisMonth # noqa: PLC0415
        from ..models.get_usage_result_this_window_type_0 import GetUsageResultThisWindowType0 # noqa: PLC0415
        from ..models.get_usage_result_today import GetUsageResultToday # noqa: PLC0415
        from ..models.refused_requests import RefusedRequests # noqa: PLC0415
        from ..models.usage_of_day import UsageOfDay # noqa: PLC0415
        from ..models.usage_of_minute import UsageOfMinute # noqa: PLC0415
        key_id: None | str
        key_id = self.key_id

        this_window: dict[str, Any] | None
        if isinstance(self.this_window, GetUsageResultThisWindowType0):
            this_window = self.this_window.to_dict()
        else:
            this_window = self.this_window

        today = self.today.to_dict()

        this_month = self.this_month.to_dict()

        days = []
        for days_item_data in self.days:
            days_item = days_item_data.to_dict()
            days.append(days_item)


        refused = self.refused.to_dict()

        minutes: list[dict[str, Any]] | None
        if isinstance(self.minutes, list):
            minutes = []
            for minutes_type_0_item_data in self.minutes:
                minutes_type_0_item = minutes_type_0_item_data.to_dict()
                minutes.append(minutes_type_0_item)


        else:
            minutes = self.minutes


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "key_id": key_id,
            "this_window": this_window,
            "today": today,
            "this_month": this_month,
            "days": days,
            "refused": refused,
            "minutes": minutes,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.get_usage_result_this_month import GetUsageResultThisMonth # noqa: PLC0415
        from ..models.get_usage_result_this_window_type_0 import GetUsageResultThisWindowType0 # noqa: PLC0415
        from ..models.get_usage_result_today import GetUsageResultToday # noqa: PLC0415
        from ..models.refused_requests import RefusedRequests # noqa: PLC0415
        from ..models.usage_of_day import UsageOfDay # noqa: PLC0415
        from ..models.usage_of_minute import UsageOfMinute # noqa: PLC0415
        d = dict(src_dict)
        def _parse_key_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        key_id = _parse_key_id(d.pop("key_id"))


        def _parse_this_window(data: object) -> GetUsageResultThisWindowType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                this_window_type_0 = GetUsageResultThisWindowType0.from_dict(data)


                return this_window_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(GetUsageResultThisWindowType0 | None, data)

        this_window = _parse_this_window(d.pop("this_window"))


        today = GetUsageResultToday.from_dict(d.pop("today"))


        this_month = GetUsageResultThisMonth.from_dict(d.pop("this_month"))


        days = []
        _days = d.pop("days")
        for days_item_data in (_days):
            days_item = UsageOfDay.from_dict(days_item_data)


            days.append(days_item)


        refused = RefusedRequests.from_dict(d.pop("refused"))


        def _parse_minutes(data: object) -> list[UsageOfMinute] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                minutes_type_0 = []
                _minutes_type_0 = data
                for minutes_type_0_item_data in (_minutes_type_0):
                    minutes_type_0_item = UsageOfMinute.from_dict(minutes_type_0_item_data)


                    minutes_type_0.append(minutes_type_0_item)

                return minutes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[UsageOfMinute] | None, data)

        minutes = _parse_minutes(d.pop("minutes"))


        get_usage_result = cls(
            key_id=key_id,
            this_window=this_window,
            today=today,
            this_month=this_month,
            days=days,
            refused=refused,
            minutes=minutes,
        )


        get_usage_result.additional_properties = d
        return get_usage_result

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
