from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

from ..._dates import parse_datetime


T = TypeVar("T", bound="App")


@_attrs_define
class App:


    id: str
    client_id: str
    name: None | str
    """ As the client calls itself; its host is what has been shown. """
    host: None | str
    scopes: list[str]
    workspace_id: str
    connected_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        id = self.id

        client_id = self.client_id

        name: None | str
        name = self.name

        host: None | str
        host = self.host

        scopes = self.scopes


        workspace_id = self.workspace_id

        connected_at = self.connected_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "client_id": client_id,
            "name": name,
            "host": host,
            "scopes": scopes,
            "workspace_id": workspace_id,
            "connected_at": connected_at,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        client_id = d.pop("client_id")

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))


        def _parse_host(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        host = _parse_host(d.pop("host"))


        scopes = cast(list[str], d.pop("scopes"))


        workspace_id = d.pop("workspace_id")

        connected_at = parse_datetime(d.pop("connected_at"))


        app = cls(
            id=id,
            client_id=client_id,
            name=name,
            host=host,
            scopes=scopes,
            workspace_id=workspace_id,
            connected_at=connected_at,
        )


        app.additional_properties = d
        return app

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
