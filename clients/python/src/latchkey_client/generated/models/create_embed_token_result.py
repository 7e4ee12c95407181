from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast


T = TypeVar("T", bound="CreateEmbedTokenResult")


@_attrs_define
class CreateEmbedTokenResult:


    token: str = _attrs_field(repr=False)
    expires_in: int
    """ Seconds. It ends earlier when its maker does. """
    workspace_id: str
    scopes: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        token = self.token

        expires_in = self.expires_in

        workspace_id = self.workspace_id

        scopes = self.scopes


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "token": token,
            "expires_in": expires_in,
            "workspace_id": workspace_id,
            "scopes": scopes,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        token = d.pop("token")

        expires_in = d.pop("expires_in")

        workspace_id = d.pop("workspace_id")

        scopes = cast(list[str], d.pop("scopes"))


        create_embed_token_result = cls(
            token=token,
            expires_in=expires_in,
            workspace_id=workspace_id,
            scopes=scopes,
        )


        create_embed_token_result.additional_properties = d
        return create_embed_token_result

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
