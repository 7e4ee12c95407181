from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


T = TypeVar("T", bound="RefusedRequests")


@_attrs_define
class RefusedRequests:


    limit: int
    """ Over the requests a minute of the key (429). """
    revoked: int
    """ The key is revoked (401). """
    disabled: int
    """ The key is disabled (401). """
    expired: int
    """ The key has expired, or it was replaced and its time is over (401). """
    address: int
    """ From an address that the key does not allow (403). """
    scope: int
    """ The key lacks a scope (403). """
    person: int
    """ Only people may do this (403). """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        limit = self.limit

        revoked = self.revoked

        disabled = self.disabled

        expired = self.expired

        address = self.address

        scope = self.scope

        person = self.person


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "limit": limit,
            "revoked": revoked,
            "disabled": disabled,
            "expired": expired,
            "address": address,
            "scope": scope,
            "person": person,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        limit = d.pop("limit")

        revoked = d.pop("revoked")

        disabled = d.pop("disabled")

        expired = d.pop("expired")

        address = d.pop("address")

        scope = d.pop("scope")

        person = d.pop("person")

        refused_requests = cls(
            limit=limit,
            revoked=revoked,
            disabled=disabled,
            expired=expired,
            address=address,
            scope=scope,
            person=person,
        )


        refused_requests.additional_properties = d
        return refused_requests

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
