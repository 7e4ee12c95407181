from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.api_key_status import ApiKeyStatus
from ..models.api_key_status import check_api_key_status
from typing import cast
import datetime

from ..._dates import parse_datetime

if TYPE_CHECKING:
  from ..models.api_key_metadata import ApiKeyMetadata


T = TypeVar("T", bound="ApiKey")


@_attrs_define
class ApiKey:


    id: str
    name: str
    key_prefix: str
    """ The masked key: enough to recognise it. """
    workspace_id: str
    environment: str
    scopes: list[str]
    status: ApiKeyStatus
    is_active: bool
    allowed_ips: list[str]
    metadata: ApiKeyMetadata
    created_at: datetime.datetime
    created_by: str
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    last_used_at: datetime.datetime | None
    last_used_ip: None | str
    request_count: int
    """ Requests authenticated with this key, refused ones too. """
    previous_key_expires_at: datetime.datetime | None
    """ Until when the key before the last rotation works. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.api_key_metadata import ApiKeyMetadata # noqa: PLC0415
        id = self.id

        name = self.name

        key_prefix = self.key_prefix

        workspace_id = self.workspace_id

        environment = self.environment

        scopes = self.scopes


        status: str = self.status

        is_active = self.is_active

        allowed_ips = self.allowed_ips


        metadata = self.metadata.to_dict()

        created_at = self.created_at.isoformat()

        created_by = self.created_by

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        revoked_at: None | str
        if isinstance(self.revoked_at, datetime.datetime):
            revoked_at = self.revoked_at.isoformat()
        else:
            revoked_at = self.revoked_at

        last_used_at: None | str
        if isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        last_used_ip: None | str
        last_used_ip = self.last_used_ip

        request_count = self.request_count

        previous_key_expires_at: None | str
        if isinstance(self.previous_key_expires_at, datetime.datetime):
            previous_key_expires_at = self.previous_key_expires_at.isoformat()
        else:
            previous_key_expires_at = self.previous_key_expires_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "name": name,
            "key_prefix": key_prefix,
            "workspace_id": workspace_id,
            "environment": environment,
            "scopes": scopes,
            "status": status,
            "is_active": is_active,
            "allowed_ips": allowed_ips,
            "metadata": metadata,
            "created_at": created_at,
            "created_by": created_by,
            "expires_at": expires_at,
            "revoked_at": revoked_at,
            "last_used_at": last_used_at,
            "last_used_ip": last_used_ip,
            "request_count": request_count,
            "previous_key_expires_at": previous_key_expires_at,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.api_key_metadata import ApiKeyMetadata # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        key_prefix = d.pop("key_prefix")

        workspace_id = d.pop("workspace_id")

        environment = d.pop("environment")

        scopes = cast(list[str], d.pop("scopes"))


        status = check_api_key_status(d.pop("status"))


        is_active = d.pop("is_active")

        allowed_ips = cast(list[str], d.pop("allowed_ips"))


        metadata = ApiKeyMetadata.from_dict(d.pop("metadata"))


        created_at = parse_datetime(d.pop("created_at"))


        created_by = d.pop("created_by")

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = parse_datetime(data)


                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))


        def _parse_revoked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                revoked_at_type_0 = parse_datetime(data)


                return revoked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        revoked_at = _parse_revoked_at(d.pop("revoked_at"))


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


        request_count = d.pop("request_count")

        def _parse_previous_key_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                previous_key_expires_at_type_0 = parse_datetime(data)


                return previous_key_expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        previous_key_expires_at = _parse_previous_key_expires_at(d.pop("previous_key_expires_at"))


        api_key = cls(
            id=id,
            name=name,
            key_prefix=key_prefix,
            workspace_id=workspace_id,
            environment=environment,
            scopes=scopes,
            status=status,
            is_active=is_active,
            allowed_ips=allowed_ips,
            metadata=metadata,
            created_at=created_at,
            created_by=created_by,
            expires_at=expires_at,
            revoked_at=revoked_at,
            last_used_at=last_used_at,
            last_used_ip=last_used_ip,
            request_count=request_count,
            previous_key_expires_at=previous_key_expires_at,
        )


        api_key.additional_properties = d
        return api_key

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
