from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.create_client_request_jwks_keys_item_kty import check_create_client_request_jwks_keys_item_kty
from ..models.create_client_request_jwks_keys_item_kty import CreateClientRequestJwksKeysItemKty
from typing import cast


T = TypeVar("T", bound="CreateClientRequestJwksKeysItem")


@_attrs_define
class CreateClientRequestJwksKeysItem:


    kty: CreateClientRequestJwksKeysItemKty
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        kty: str = self.kty


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "kty": kty,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kty = check_create_client_request_jwks_keys_item_kty(d.pop("kty"))


        create_client_request_jwks_keys_item = cls(
            kty=kty,
        )


        create_client_request_jwks_keys_item.additional_properties = d
        return create_client_request_jwks_keys_item

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
