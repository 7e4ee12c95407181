from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


T = TypeVar("T", bound="RequestVerificationRequest")


@_attrs_define
class RequestVerificationRequest:


    email: str
    """ Letters of any script (RFC 6531), in Unicode NFKC, without invisible characters; letter case makes no
    difference. """


    def to_dict(self) -> dict[str, Any]:
        email = self.email


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "email": email,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        request_verification_request = cls(
            email=email,
        )

        return request_verification_request

