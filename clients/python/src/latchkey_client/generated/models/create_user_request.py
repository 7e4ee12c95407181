from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="CreateUserRequest")


@_attrs_define
class CreateUserRequest:


    email: str
    """ Letters of any script (RFC 6531), in Unicode NFKC, without invisible characters; letter case makes no
    difference. """
    password: str = _attrs_field(repr=False)
    """ 8 to 256 characters; any, spaces too. Not one that is easy to guess: the error says why. """
    full_name: str | Unset = UNSET
    role: str | Unset = UNSET


    def to_dict(self) -> dict[str, Any]:
        email = self.email

        password = self.password

        full_name = self.full_name

        role = self.role


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "email": email,
            "password": password,
        })
        if full_name is not UNSET:
            field_dict["full_name"] = full_name
        if role is not UNSET:
            field_dict["role"] = role

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        password = d.pop("password")

        full_name = d.pop("full_name", UNSET)

        role = d.pop("role", UNSET)

        create_user_request = cls(
            email=email,
            password=password,
            full_name=full_name,
            role=role,
        )

        return create_user_request

