from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
import datetime

from ..._dates import parse_datetime

if TYPE_CHECKING:
  from ..models.create_key_request_metadata import CreateKeyRequestMetadata


T = TypeVar("T", bound="CreateKeyRequest")


@_attrs_define
class CreateKeyRequest:


    name: str
    workspace_id: str | Unset = UNSET
    environment: str | Unset = UNSET
    scopes: list[str] | Unset = UNSET
    expires_in_days: int | None | Unset = UNSET
    """ Days until the key expires; null for never. """
    expires_at: datetime.datetime | None | Unset = UNSET
    """ When the key expires (RFC 3339); null for never. """
    allowed_ips: list[str] | Unset = UNSET
    """ At most 20 addresses or CIDR blocks from which the key may be used; empty for any. """
    metadata: CreateKeyRequestMetadata | Unset = UNSET
    """ At most 20 strings of at most 256 characters. Not for secrets. """


    def to_dict(self) -> dict[str, Any]:
        from ..models.create_key_request_metadata import CreateKeyRequestMetadata # noqa: PLC0415
        name = self.name

        workspace_id = self.workspace_id

        environment = self.environment

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes


        expires_in_days: int | None | Unset
        if isinstance(self.expires_in_days, Unset):
            expires_in_days = UNSET
        else:
            expires_in_days = self.expires_in_days

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        allowed_ips: list[str] | Unset = UNSET
        if not isinstance(self.allowed_ips, Unset):
            allowed_ips = self.allowed_ips


        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "name": name,
        })
        if workspace_id is not UNSET:
            field_dict["workspace_id"] = workspace_id
        if environment is not UNSET:
            field_dict["environment"] = environment
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if expires_in_days is not UNSET:
            field_dict["expires_in_days"] = expires_in_days
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if allowed_ips is not UNSET:
            field_dict["allowed_ips"] = allowed_ips
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.create_key_request_metadata import CreateKeyRequestMetadata # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        workspace_id = d.pop("workspace_id", UNSET)

        environment = d.pop("environment", UNSET)

        scopes = cast(list[str], d.pop("scopes", UNSET))


        def _parse_expires_in_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in_days = _parse_expires_in_days(d.pop("expires_in_days", UNSET))


        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = parse_datetime(data)


                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))


        allowed_ips = cast(list[str], d.pop("allowed_ips", UNSET))


        _metadata = d.pop("metadata", UNSET)
        metadata: CreateKeyRequestMetadata | Unset
        if isinstance(_metadata,  Unset):
            metadata = UNSET
        else:
            metadata = CreateKeyRequestMetadata.from_dict(_metadata)


        create_key_request = cls(
            name=name,
            workspace_id=workspace_id,
            environment=environment,
            scopes=scopes,
            expires_in_days=expires_in_days,
            expires_at=expires_at,
            allowed_ips=allowed_ips,
            metadata=metadata,
        )

        return create_key_request

