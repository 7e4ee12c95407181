from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


T = TypeVar("T", bound="OnboardResult")


@_attrs_define
class OnboardResult:


    tenant_id: str
    user_id: str
    workspace_id: str
    key_id: str
    api_key: str = _attrs_field(repr=False)
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        tenant_id = self.tenant_id

        user_id = self.user_id

        workspace_id = self.workspace_id

        key_id = self.key_id

        api_key = self.api_key


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "tenant_id": tenant_id,
            "user_id": user_id,
            "workspace_id": workspace_id,
            "key_id": key_id,
            "api_key": api_key,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        tenant_id = d.pop("tenant_id")

        user_id = d.pop("user_id")

        workspace_id = d.pop("workspace_id")

        key_id = d.pop("key_id")

        api_key = d.pop("api_key")

        onboard_result = cls(
            tenant_id=tenant_id,
            user_id=user_id,
            workspace_id=workspace_id,
            key_id=key_id,
            api_key=api_key,
        )


        onboard_result.additional_properties = d
        return onboard_result

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
