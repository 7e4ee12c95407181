from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast


T = TypeVar("T", bound="CreateEmbedTokenRequest")


@_attrs_define
class CreateEmbedTokenRequest:


    scopes: list[str]
    """ Those that keys may have at most: some of yours, and none that manages. """
    workspace_id: str | Unset = UNSET
    """ The caller’s own by default. """
    subject: str | Unset = UNSET
    """ Whom the page acts for, as you know them: the audit trail tells it. """


    def to_dict(self) -> dict[str, Any]:
        scopes = self.scopes


        workspace_id = self.workspace_id

        subject = self.subject


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "scopes": scopes,
        })
        if workspace_id is not UNSET:
            field_dict["workspace_id"] = workspace_id
        if subject is not UNSET:
            field_dict["subject"] = subject

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        scopes = cast(list[str], d.pop("scopes"))


        workspace_id = d.pop("workspace_id", UNSET)

        subject = d.pop("subject", UNSET)

        create_embed_token_request = cls(
            scopes=scopes,
            workspace_id=workspace_id,
            subject=subject,
        )

        return create_embed_token_request

