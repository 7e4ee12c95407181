from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="Session")


@_attrs_define
class Session:


    id: str
    is_current: bool
    client_id: None | str
    """ The OAuth client that acts for the person; null for their own login. """
    user_agent: None | str
    """ Of the program that opened it. """
    created_at: datetime.datetime
    auth_time: datetime.datetime | None
    """ When the person last proved who they are in it. """
    amr: list[str]
    """ How: `pwd` and other values of RFC 8176. """
    expires_at: datetime.datetime
    last_used_at: datetime.datetime | None
    last_used_ip: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        is_current = self.is_current

        client_id: None | str
        client_id = self.client_id

        user_agent: None | str
        user_agent = self.user_agent

        created_at = self.created_at.isoformat()

        auth_time: None | str
        if isinstance(self.auth_time, datetime.datetime):
            auth_time = self.auth_time.isoformat()
        else:
            auth_time = self.auth_time

        amr = self.amr


        expires_at = self.expires_at.isoformat()

        last_used_at: None | str
        if isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        last_used_ip: None | str
        last_used_ip = self.last_used_ip


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "is_current": is_current,
            "client_id": client_id,
            "user_agent": user_agent,
            "created_at": created_at,
            "auth_time": auth_time,
            "amr": amr,
            "expires_at": expires_at,
            "last_used_at": last_used_at,
            "last_used_ip": last_used_ip,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        is_current = d.pop("is_current")

        def _parse_client_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        client_id = _parse_client_id(d.pop("client_id"))


        def _parse_user_agent(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        user_agent = _parse_user_agent(d.pop("user_agent"))


        created_at = parse_datetime(d.pop("created_at"))


        def _parse_auth_time(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                auth_time_type_0 = parse_datetime(data)


                return auth_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        auth_time = _parse_auth_time(d.pop("auth_time"))


        amr = cast(list[str], d.pop("amr"))


        expires_at = parse_datetime(d.pop("expires_at"))


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


        def _parse_last_used_ip(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        last_used_ip = _parse_last_used_ip(d.pop("last_used_ip"))


        session = cls(
            id=id,
            is_current=is_current,
            client_id=client_id,
            user_agent=user_agent,
            created_at=created_at,
            auth_time=auth_time,
            amr=amr,
            expires_at=expires_at,
            last_used_at=last_used_at,
            last_used_ip=last_used_ip,
        )


        session.additional_properties = d
        return session

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
