from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.session import Session
  from ..models.sign_in import SignIn


T = TypeVar("T", bound="OpenSessions")


@_attrs_define
class OpenSessions:


    data: list[Session]
    sign_ins: list[SignIn]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.session import Session # noqa: PLC0415
        from ..models.sign_in import SignIn # noqa: PLC0415
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)


        sign_ins = []
        for sign_ins_item_data in self.sign_ins:
            sign_ins_item = sign_ins_item_data.to_dict()
            sign_ins.append(sign_ins_item)


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "data": data,
            "sign_ins": sign_ins,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.session import Session # noqa: PLC0415
        from ..models.sign_in import SignIn # noqa: PLC0415
        d = dict(src_dict)
        data = []
        _data = d.pop("data")
        for data_item_data in (_data):
            data_item = Session.from_dict(data_item_data)


            data.append(data_item)


        sign_ins = []
        _sign_ins = d.pop("sign_ins")
        for sign_ins_item_data in (_sign_ins):
            sign_ins_item = SignIn.from_dict(sign_ins_item_data)


            sign_ins.append(sign_ins_item)


        open_sessions = cls(
            data=data,
            sign_ins=sign_ins,
        )


        open_sessions.additional_properties = d
        return open_sessions

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
