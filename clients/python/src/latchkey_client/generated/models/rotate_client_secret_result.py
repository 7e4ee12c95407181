from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.rotate_client_secret_result_token_endpoint_auth_method import check_rotate_client_secret_result_token_endpoint_auth_method
from ..models.rotate_client_secret_result_token_endpoint_auth_method import RotateClientSecretResultTokenEndpointAuthMethod
from typing import cast
import datetime

from ..._dates import parse_datetime

if TYPE_CHECKING:
  from ..models.rotate_client_secret_result_jwks_type_0 import RotateClientSecretResultJwksType0


T = TypeVar("T", bound="RotateClientSecretResult")


@_attrs_define
class RotateClientSecretResult:


    id: str
    name: None | str
    redirect_uris: list[str]
    token_endpoint_auth_method: RotateClientSecretResultTokenEndpointAuthMethod
    """ How the client proves who it is at the token endpoint. """
    jwks: None | RotateClientSecretResultJwksType0
    scopes: list[str] | None
    previous_secret_expires_at: datetime.datetime | None
    created_at: datetime.datetime
    created_by: None | str
    client_secret: str = _attrs_field(repr=False)
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.rotate_client_secret_result_jwks_type_0 import RotateClientSecretResultJwksType0 # noqa: PLC0415
        id = self.id

        name: None | str
        name = self.name

        redirect_uris = self.redirect_uris


        token_endpoint_auth_method: str = self.token_endpoint_auth_method

        jwks: dict[str, Any] | None
        if isinstance(self.jwks, RotateClientSecretResultJwksType0):
            jwks = self.jwks.to_dict()
        else:
            jwks = self.jwks

        scopes: list[str] | None
        if isinstance(self.scopes, list):
            scopes = self.scopes


        else:
            scopes = self.scopes

        previous_secret_expires_at: None | str
        if isinstance(self.previous_secret_expires_at, datetime.datetime):
            previous_secret_expires_at = self.previous_secret_expires_at.isoformat()
        else:
            previous_secret_expires_at = self.previous_secret_expires_at

        created_at = self.created_at.isoformat()

        created_by: None | str
        created_by = self.created_by

        client_secret = self.client_secret


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "id": id,
            "name": name,
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": token_endpoint_auth_method,
            "jwks": jwks,
            "scopes": scopes,
            "previous_secret_expires_at": previous_secret_expires_at,
            "created_at": created_at,
            "created_by": created_by,
            "client_secret": client_secret,
        })

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rotate_client_secret_result_jwks_type_0 import RotateClientSecretResultJwksType0 # noqa: PLC0415
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))


        redirect_uris = cast(list[str], d.pop("redirect_uris"))


        token_endpoint_auth_method = check_rotate_client_secret_result_token_endpoint_auth_method(d.pop("token_endpoint_auth_method"))


        def _parse_jwks(data: object) -> None | RotateClientSecretResultJwksType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                jwks_type_0 = RotateClientSecretResultJwksType0.from_dict(data)


                return jwks_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RotateClientSecretResultJwksType0, data)

        jwks = _parse_jwks(d.pop("jwks"))


        def _parse_scopes(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                scopes_type_0 = cast(list[str], data)

                return scopes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        scopes = _parse_scopes(d.pop("scopes"))


        def _parse_previous_secret_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                previous_secret_expires_at_type_0 = parse_datetime(data)


                return previous_secret_expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        previous_secret_expires_at = _parse_previous_secret_expires_at(d.pop("previous_secret_expires_at"))


        created_at = parse_datetime(d.pop("created_at"))


        def _parse_created_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        created_by = _parse_created_by(d.pop("created_by"))


        client_secret = d.pop("client_secret")

        rotate_client_secret_result = cls(
            id=id,
            name=name,
            redirect_uris=redirect_uris,
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
            scopes=scopes,
            previous_secret_expires_at=previous_secret_expires_at,
            created_at=created_at,
            created_by=created_by,
            client_secret=client_secret,
        )


        rotate_client_secret_result.additional_properties = d
        return rotate_client_secret_result

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
