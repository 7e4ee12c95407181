from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

from ..._dates import parse_datetime

if TYPE_CHECKING:
  from ..models.audit_entry_after_type_0 import AuditEntryAfterType0
  from ..models.audit_entry_before_type_0 import AuditEntryBeforeType0


T = TypeVar("T", bound="AuditEntry")


@_attrs_define
class AuditEntry:


    seq: int
    """ 1, 2, 3 … within the tenant, without gaps. """
    at: datetime.datetime
    actor: str
    subject: None | str
    """ Whom the page acted for, as the embed token of the actor says. """
    action: str
    target: str
    target_name: None | str
    """ The name of a key or workspace, as it was then. """
    request_id: str
    """ Ours. """
    caller_request_id: None | str
    """ The `X-Request-ID` that the caller sent. """
    ip: None | str
    before: AuditEntryBeforeType0 | None
    after: AuditEntryAfterType0 | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.audit_entry_after_type_0 import AuditEntryAfterType0 # noqa: PLC0415
        from ..models.audit_entry_before_type_0 import AuditEntryBeforeType0 # noqa: PLC0415
        seq = self.seq

        at = self.at.isoformat()

        actor = self.actor

        subject: None | str
        subject = self.subject

        action = self.action

        target = self.target

        target_name: None | str
        target_name = self.target_name

        request_id = self.request_id

        caller_request_id: None | str
        caller_request_id = self.caller_request_id

        ip: None | str
        ip = self.ip

        before: dict[str, Any] | None
        if isinstance(self.before, AuditEntryBeforeType0):
            before = self.before.to_dict()
        else:
            before = self.before

        after: dict[str, Any] | None
        if isinstance(self.after, AuditEntryAfterType0):
            after = self.after.to_dict()
        else:
            after = self.after


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "seq": seq,
            "at": at,
            "actor": actor,
            "subject": subject,
            "action": action,
            "target": target,
            "target_name": target_name,
            "request_id": request_id,
            "caller_request_id": caller_request_id,
            "ip": ip,
            "before": before,
            "after": after,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audit_entry_after_type_0 import AuditEntryAfterType0 # noqa: PLC0415
        from ..models.audit_entry_before_type_0 import AuditEntryBeforeType0 # noqa: PLC0415
        d = dict(src_dict)
        seq = d.pop("seq")

        at = parse_datetime(d.pop("at"))


        actor = d.pop("actor")

        def _parse_subject(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        subject = _parse_subject(d.pop("subject"))


        action = d.pop("action")

        target = d.pop("target")

        def _parse_target_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        target_name = _parse_target_name(d.pop("target_name"))


        request_id = d.pop("request_id")

        def _parse_caller_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        caller_request_id = _parse_caller_request_id(d.pop("caller_request_id"))


        def _parse_ip(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ip = _parse_ip(d.pop("ip"))


        def _parse_before(data: object) -> AuditEntryBeforeType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                before_type_0 = AuditEntryBeforeType0.from_dict(data)


                return before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AuditEntryBeforeType0 | None, data)

        before = _parse_before(d.pop("before"))


        def _parse_after(data: object) -> AuditEntryAfterType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                after_type_0 = AuditEntryAfterType0.from_dict(data)


                return after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AuditEntryAfterType0 | None, data)

        after = _parse_after(d.pop("after"))


        audit_entry = cls(
            seq=seq,
            at=at,
            actor=actor,
            subject=subject,
            action=action,
            target=target,
            target_name=target_name,
            request_id=request_id,
            caller_request_id=caller_request_id,
            ip=ip,
            before=before,
            after=after,
        )


        audit_entry.additional_properties = d
        return audit_entry

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
