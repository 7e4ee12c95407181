from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import Literal, cast


T = TypeVar("T", bound="LoginRequestType0")


@_attrs_define
class LoginRequestType0:


    email: str
    """ Letters of any script (RFC 6531), in Unicode NFKC, without invisible characters; letter case makes no
    difference. """
    password: str = _attrs_field(repr=False)
    grant_type: Literal['password'] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        email = self.email

        password = self.password

        grant_type = self.grant_type


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "email": email,
            "password": password,
        })
        if grant_type is not UNSET:
            field_dict["grant_type"] = grant_type

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        password = d.pop("password")

        grant_type = cast(Literal['password'] | Unset , d.pop("grant_type", UNSET))
        if grant_type != 'password'and not isinstance(grant_type, Unset):
            raise ValueError(f"grant_type must match const 'password', got '{grant_type}'")

        login_request_type_0 = cls(
            email=email,
            password=password,
            grant_type=grant_type,
        )


        login_request_type_0.additional_properties = d
        return login_request_type_0

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
