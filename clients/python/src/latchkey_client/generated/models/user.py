from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="User")


@_attrs_define
class User:


    id: str
    email: str
    email_verified: bool
    """ Whether they have confirmed the address. """
    full_name: None | str
    role: str
    factors: list[str]
    """ The second factors that they have: `totp`, `passkey`. """
    created_at: datetime.datetime
    created_by: None | str
    """ Null for who onboarded. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        email = self.email

        email_verified = self.email_verified

        full_name: None | str
        full_name = self.full_name

        role = self.role

        factors = self.factors


        created_at = self.created_at.isoformat()

        created_by: None | str
        created_by = self.created_by


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "email": email,
            "email_verified": email_verified,
            "full_name": full_name,
            "role": role,
            "factors": factors,
            "created_at": created_at,
            "created_by": created_by,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        email = d.pop("email")

        email_verified = d.pop("email_verified")

        def _parse_full_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        full_name = _parse_full_name(d.pop("full_name"))


        role = d.pop("role")

        factors = cast(list[str], d.pop("factors"))


        created_at = parse_datetime(d.pop("created_at"))


        def _parse_created_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by = _parse_created_by(d.pop("created_by"))


        user = cls(
            id=id,
            email=email,
            email_verified=email_verified,
            full_name=full_name,
            role=role,
            factors=factors,
            created_at=created_at,
            created_by=created_by,
        )


        user.additional_properties = d
        return user

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
