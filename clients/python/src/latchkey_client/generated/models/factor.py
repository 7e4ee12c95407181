from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.factor_kind import check_factor_kind
from ..models.factor_kind import FactorKind
from typing import cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="Factor")


@_attrs_define
class Factor:


    id: str
    kind: FactorKind
    name: None | str
    """ Of a passkey; null for the authenticator app. """
    created_at: datetime.datetime
    last_used_at: datetime.datetime | None
    is_backed_up: bool | None
    """ Of a passkey: whether it is synced; null for the app. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind: str = self.kind

        name: None | str
        name = self.name

        created_at = self.created_at.isoformat()

        last_used_at: None | str
        if isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        is_backed_up: bool | None
        is_backed_up = self.is_backed_up


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "kind": kind,
            "name": name,
            "created_at": created_at,
            "last_used_at": last_used_at,
            "is_backed_up": is_backed_up,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        kind = check_factor_kind(d.pop("kind"))


        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))


        created_at = parse_datetime(d.pop("created_at"))


        def _parse_last_used_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_used_at_type_0 = parse_datetime(data)


                return last_used_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_used_at = _parse_last_used_at(d.pop("last_used_at"))


        def _parse_is_backed_up(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        is_backed_up = _parse_is_backed_up(d.pop("is_backed_up"))


        factor = cls(
            id=id,
            kind=kind,
            name=name,
            created_at=created_at,
            last_used_at=last_used_at,
            is_backed_up=is_backed_up,
        )


        factor.additional_properties = d
        return factor

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
