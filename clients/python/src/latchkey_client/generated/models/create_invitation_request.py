from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.create_invitation_request_language import check_create_invitation_request_language
from ..models.create_invitation_request_language import CreateInvitationRequestLanguage
from ..types import UNSET, Unset
from typing import cast


T = TypeVar("T", bound="CreateInvitationRequest")


@_attrs_define
class CreateInvitationRequest:


    email: str
    """ Letters of any script (RFC 6531), in Unicode NFKC, without invisible characters; letter case makes no
    difference. """
    full_name: str | Unset = UNSET
    role: str | Unset = UNSET
    expires_in_days: int | Unset = 7
    language: CreateInvitationRequestLanguage | Unset = UNSET
    """ Of the mail. By default that of the request (Accept-Language). """


    def to_dict(self) -> dict[str, Any]:
        email = self.email

        full_name = self.full_name

        role = self.role

        expires_in_days = self.expires_in_days

        language: str | Unset = UNSET
        if not isinstance(self.language, Unset):
            language = self.language


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "email": email,
        })
        if full_name is not UNSET:
            field_dict["full_name"] = full_name
        if role is not UNSET:
            field_dict["role"] = role
        if expires_in_days is not UNSET:
            field_dict["expires_in_days"] = expires_in_days
        if language is not UNSET:
            field_dict["language"] = language

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        full_name = d.pop("full_name", UNSET)

        role = d.pop("role", UNSET)

        expires_in_days = d.pop("expires_in_days", UNSET)

        _language = d.pop("language", UNSET)
        language: CreateInvitationRequestLanguage | Unset
        if isinstance(_language,  Unset):
            language = UNSET
        else:
            language = check_create_invitation_request_language(_language)


        create_invitation_request = cls(
            email=email,
            full_name=full_name,
            role=role,
            expires_in_days=expires_in_days,
            language=language,
        )

        return create_invitation_request

