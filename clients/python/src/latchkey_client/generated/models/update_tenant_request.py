from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.update_tenant_request_key_defaults import UpdateTenantRequestKeyDefaults


T = TypeVar("T", bound="UpdateTenantRequest")


@_attrs_define
class UpdateTenantRequest:


    name: str | Unset = UNSET
    sector: None | str | Unset = UNSET
    key_defaults: UpdateTenantRequestKeyDefaults | Unset = UNSET
    embed_origins: list[str] | Unset = UNSET
    """ The origins whose pages may use embed tokens; replaced as a whole, and empty for none. """
    require_factor: bool | Unset = UNSET
    """ Who has no second factor is led to set one up at the next sign-in. """


    def to_dict(self) -> dict[str, Any]:
        from ..models.update_tenant_request_key_defaults import UpdateTenantRequestKeyDefaults # noqa: PLC0415
        name = self.name

        sector: None | str | Unset
        if isinstance(self.sector, Unset):
            sector = UNSET
        else:
            sector = self.sector

        key_defaults: dict[str, Any] | Unset = UNSET
        if not isinstance(self.key_defaults, Unset):
            key_defaults = self.key_defaults.to_dict()

        embed_origins: list[str] | Unset = UNSET
        if not isinstance(self.embed_origins, Unset):
            embed_origins = self.embed_origins


        require_factor = self.require_factor


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if name is not UNSET:
            field_dict["name"] = name
        if sector is not UNSET:
            field_dict["sector"] = sector
        if key_defaults is not UNSET:
            field_dict["key_defaults"] = key_defaults
        if embed_origins is not UNSET:
            field_dict["embed_origins"] = embed_origins
        if require_factor is not UNSET:
            field_dict["require_factor"] = require_factor

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.update_tenant_request_key_defaults import UpdateTenantRequestKeyDefaults # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        def _parse_sector(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sector = _parse_sector(d.pop("sector", UNSET))


        _key_defaults = d.pop("key_defaults", UNSET)
        key_defaults: UpdateTenantRequestKeyDefaults | Unset
        if isinstance(_key_defaults,  Unset):
            key_defaults = UNSET
        else:
            key_defaults = UpdateTenantRequestKeyDefaults.from_dict(_key_defaults)


        embed_origins = cast(list[str], d.pop("embed_origins", UNSET))


        require_factor = d.pop("require_factor", UNSET)

        update_tenant_request = cls(
            name=name,
            sector=sector,
            key_defaults=key_defaults,
            embed_origins=embed_origins,
            require_factor=require_factor,
        )

        return update_tenant_request

