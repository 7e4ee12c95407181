from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset


T = TypeVar("T", bound="OnboardRequest")


@_attrs_define
class OnboardRequest:


    email: str
    """ Letters of any script (RFC 6531), in Unicode NFKC, without invisible characters; letter case makes no
    difference. """
    password: str = _attrs_field(repr=False)
    """ 8 to 256 characters; any, spaces too. Not one that is easy to guess: the error says why. """
    full_name: str | Unset = UNSET
    workspace_name: str | Unset = UNSET
    sector: str | Unset = UNSET


    def to_dict(self) -> dict[str, Any]:
        email = self.email

        password = self.password

        full_name = self.full_name

        workspace_name = self.workspace_name

        sector = self.sector


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "email": email,
            "password": password,
        })
        if full_name is not UNSET:
            field_dict["full_name"] = full_name
        if workspace_name is not UNSET:
            field_dict["workspace_name"] = workspace_name
        if sector is not UNSET:
            field_dict["sector"] = sector

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        password = d.pop("password")

        full_name = d.pop("full_name", UNSET)

        workspace_name = d.pop("workspace_name", UNSET)

        sector = d.pop("sector", UNSET)

        onboard_request = cls(
            email=email,
            password=password,
            full_name=full_name,
            workspace_name=workspace_name,
            sector=sector,
        )

        return onboard_request

