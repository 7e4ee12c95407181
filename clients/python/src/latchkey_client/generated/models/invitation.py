from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.invitation_language import check_invitation_language
from ..models.invitation_language import InvitationLanguage
from ..models.invitation_status import check_invitation_status
from ..models.invitation_status import InvitationStatus
from typing import cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="Invitation")


@_attrs_define
class Invitation:


    id: str
    email: str
    full_name: None | str
    role: str
    language: InvitationLanguage
    user_id: None | str
    """ Who has accepted it. """
    created_at: datetime.datetime
    created_by: str
    sent_at: datetime.datetime
    """ When the latest mail was queued. """
    expires_at: datetime.datetime
    status: InvitationStatus
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        email = self.email

        full_name: None | str
        full_name = self.full_name

        role = self.role

        language: str = self.language

        user_id: None | str
        user_id = self.user_id

        created_at = self.created_at.isoformat()

        created_by = self.created_by

        sent_at = self.sent_at.isoformat()

        expires_at = self.expires_at.isoformat()

        status: str = self.status


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "email": email,
            "full_name": full_name,
            "role": role,
            "language": language,
            "user_id": user_id,
            "created_at": created_at,
            "created_by": created_by,
            "sent_at": sent_at,
            "expires_at": expires_at,
            "status": status,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        email = d.pop("email")

        def _parse_full_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        full_name = _parse_full_name(d.pop("full_name"))


        role = d.pop("role")

        language = check_invitation_language(d.pop("language"))


        def _parse_user_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        user_id = _parse_user_id(d.pop("user_id"))


        created_at = parse_datetime(d.pop("created_at"))


        created_by = d.pop("created_by")

        sent_at = parse_datetime(d.pop("sent_at"))


        expires_at = parse_datetime(d.pop("expires_at"))


        status = check_invitation_status(d.pop("status"))


        invitation = cls(
            id=id,
            email=email,
            full_name=full_name,
            role=role,
            language=language,
            user_id=user_id,
            created_at=created_at,
            created_by=created_by,
            sent_at=sent_at,
            expires_at=expires_at,
            status=status,
        )


        invitation.additional_properties = d
        return invitation

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
