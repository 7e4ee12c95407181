from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import Literal, cast


T = TypeVar("T", bound="RefreshRequestType0")


@_attrs_define
class RefreshRequestType0:


    refresh_token: str = _attrs_field(repr=False)
    grant_type: Literal['refresh_token'] | Unset = UNSET
    client_id: str | Unset = UNSET
    """ Ignored: refresh tokens are not bound to clients. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        refresh_token = self.refresh_token

        grant_type = self.grant_type

        client_id = self.client_id


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "refresh_token": refresh_token,
        })
        if grant_type is not UNSET:
            field_dict["grant_type"] = grant_type
        if client_id is not UNSET:
            field_dict["client_id"] = client_id

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        refresh_token = d.pop("refresh_token")

        grant_type = cast(Literal['refresh_token'] | Unset , d.pop("grant_type", UNSET))
        if grant_type != 'refresh_token'and not isinstance(grant_type, Unset):
            raise ValueError(f"grant_type must match const 'refresh_token', got '{grant_type}'")

        client_id = d.pop("client_id", UNSET)

        refresh_request_type_0 = cls(
            refresh_token=refresh_token,
            grant_type=grant_type,
            client_id=client_id,
        )


        refresh_request_type_0.additional_properties = d
        return refresh_request_type_0

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
