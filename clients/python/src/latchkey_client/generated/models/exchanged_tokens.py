from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
from typing import Literal, cast

if TYPE_CHECKING:
  from ..models.exchanged_tokens_workspaces_item import ExchangedTokensWorkspacesItem


T = TypeVar("T", bound="ExchangedTokens")


@_attrs_define
class ExchangedTokens:


    access_token: str = _attrs_field(repr=False)
    token_type: Literal['bearer']
    expires_in: int
    """ Seconds. """
    issued_token_type: Literal['urn:ietf:params:oauth:token-type:access_token']
    workspaces: list[ExchangedTokensWorkspacesItem]
    refresh_token: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ Absent where the profile knows none. Shown only now. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.exchanged_tokens_workspaces_item import ExchangedTokensWorkspacesItem # noqa: PLC0415
        access_token = self.access_token

        token_type = self.token_type

        expires_in = self.expires_in

        issued_token_type = self.issued_token_type

        workspaces = []
        for workspaces_item_data in self.workspaces:
            workspaces_item = workspaces_item_data.to_dict()
            workspaces.append(workspaces_item)


        refresh_token = self.refresh_token


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "access_token": access_token,
            "token_type": token_type,
            "expires_in": expires_in,
            "issued_token_type": issued_token_type,
            "workspaces": workspaces,
        })
        if refresh_token is not UNSET:
            field_dict["refresh_token"] = refresh_token

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.exchanged_tokens_workspaces_item import ExchangedTokensWorkspacesItem # noqa: PLC0415
        d = dict(src_dict)
        access_token = d.pop("access_token")

        token_type = cast(Literal['bearer'] , d.pop("token_type"))
        if token_type != 'bearer':
            raise ValueError(f"token_type must match const 'bearer', got '{token_type}'")

        expires_in = d.pop("expires_in")

        issued_token_type = cast(Literal['urn:ietf:params:oauth:token-type:access_token'] , d.pop("issued_token_type"))
        if issued_token_type != 'urn:ietf:params:oauth:token-type:access_token':
            raise ValueError(f"issued_token_type must match const 'urn:ietf:params:oauth:token-type:access_token', got '{issued_token_type}'")

        workspaces = []
        _workspaces = d.pop("workspaces")
        for workspaces_item_data in (_workspaces):
            workspaces_item = ExchangedTokensWorkspacesItem.from_dict(workspaces_item_data)


            workspaces.append(workspaces_item)


        refresh_token = d.pop("refresh_token", UNSET)

        exchanged_tokens = cls(
            access_token=access_token,
            token_type=token_type,
            expires_in=expires_in,
            issued_token_type=issued_token_type,
            workspaces=workspaces,
            refresh_token=refresh_token,
        )


        exchanged_tokens.additional_properties = d
        return exchanged_tokens

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
