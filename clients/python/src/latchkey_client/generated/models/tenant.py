from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.tenant_status import check_tenant_status
from ..models.tenant_status import TenantStatus
from typing import cast
import datetime

from ..._dates import parse_datetime

if TYPE_CHECKING:
  from ..models.tenant_key_defaults import TenantKeyDefaults


T = TypeVar("T", bound="Tenant")


@_attrs_define
class Tenant:


    id: str
    name: str
    sector: None | str
    status: TenantStatus
    tier: str
    key_defaults: TenantKeyDefaults
    embed_origins: list[str]
    """ The origins whose pages may use embed tokens of this tenant. """
    require_factor: bool
    """ Whether all people of the tenant must have a second factor. """
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.tenant_key_defaults import TenantKeyDefaults # noqa: PLC0415
        id = self.id

        name = self.name

        sector: None | str
        sector = self.sector

        status: str = self.status

        tier = self.tier

        key_defaults = self.key_defaults.to_dict()

        embed_origins = self.embed_origins


        require_factor = self.require_factor

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "name": name,
            "sector": sector,
            "status": status,
            "tier": tier,
            "key_defaults": key_defaults,
            "embed_origins": embed_origins,
            "require_factor": require_factor,
            "created_at": created_at,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.tenant_key_defaults import TenantKeyDefaults # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_sector(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        sector = _parse_sector(d.pop("sector"))


        status = check_tenant_status(d.pop("status"))


        tier = d.pop("tier")

        key_defaults = TenantKeyDefaults.from_dict(d.pop("key_defaults"))


        embed_origins = cast(list[str], d.pop("embed_origins"))


        require_factor = d.pop("require_factor")

        created_at = parse_datetime(d.pop("created_at"))


        tenant = cls(
            id=id,
            name=name,
            sector=sector,
            status=status,
            tier=tier,
            key_defaults=key_defaults,
            embed_origins=embed_origins,
            require_factor=require_factor,
            created_at=created_at,
        )


        tenant.additional_properties = d
        return tenant

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
