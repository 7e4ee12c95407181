from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.verify_key_result_status import check_verify_key_result_status
from ..models.verify_key_result_status import VerifyKeyResultStatus
from ..types import UNSET, Unset
from typing import cast
import datetime

from ..._dates import parse_datetime

if TYPE_CHECKING:
  from ..models.verify_key_result_rate_limit import VerifyKeyResultRateLimit


T = TypeVar("T", bound="VerifyKeyResult")


@_attrs_define
class VerifyKeyResult:


    status: VerifyKeyResultStatus
    valid: bool
    id: str | Unset = UNSET
    workspace_id: str | Unset = UNSET
    environment: str | Unset = UNSET
    scopes: list[str] | Unset = UNSET
    expires_at: datetime.datetime | None | Unset = UNSET
    rate_limit: VerifyKeyResultRateLimit | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.verify_key_result_rate_limit import VerifyKeyResultRateLimit # noqa: PLC0415
        status: str = self.status

        valid = self.valid

        id = self.id

        workspace_id = self.workspace_id

        environment = self.environment

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes


        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        rate_limit: dict[str, Any] | Unset = UNSET
        if not isinstance(self.rate_limit, Unset):
            rate_limit = self.rate_limit.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "status": status,
            "valid": valid,
        })
        if id is not UNSET:
            field_dict["id"] = id
        if workspace_id is not UNSET:
            field_dict["workspace_id"] = workspace_id
        if environment is not UNSET:
            field_dict["environment"] = environment
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if rate_limit is not UNSET:
            field_dict["rate_limit"] = rate_limit

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.verify_key_result_rate_limit import VerifyKeyResultRateLimit # noqa: PLC0415
        d = dict(src_dict)
        status = check_verify_key_result_status(d.pop("status"))


        valid = d.pop("valid")

        id = d.pop("id", UNSET)

        workspace_id = d.pop("workspace_id", UNSET)

        environment = d.pop("environment", UNSET)

        scopes = cast(list[str], d.pop("scopes", UNSET))


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


        _rate_limit = d.pop("rate_limit", UNSET)
        rate_limit: VerifyKeyResultRateLimit | Unset
        if isinstance(_rate_limit,  Unset):
            rate_limit = UNSET
        else:
            rate_limit = VerifyKeyResultRateLimit.from_dict(_rate_limit)


        verify_key_result = cls(
            status=status,
            valid=valid,
            id=id,
            workspace_id=workspace_id,
            environment=environment,
            scopes=scopes,
            expires_at=expires_at,
            rate_limit=rate_limit,
        )


        verify_key_result.additional_properties = d
        return verify_key_result

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
