from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.create_client_request_token_endpoint_auth_method import check_create_client_request_token_endpoint_auth_method
from ..models.create_client_request_token_endpoint_auth_method import CreateClientRequestTokenEndpointAuthMethod
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.create_client_request_jwks import CreateClientRequestJwks


T = TypeVar("T", bound="CreateClientRequest")


@_attrs_define
class CreateClientRequest:


    name: str
    redirect_uris: list[str]
    """ https, http for localhost, 127.0.0.1 and [::1] with any port, or the scheme of an app. They match to the
    letter. """
    token_endpoint_auth_method: CreateClientRequestTokenEndpointAuthMethod | Unset = 'none'
    """ How the client proves who it is at the token endpoint. """
    jwks: CreateClientRequestJwks | Unset = UNSET
    """ For `private_key_jwt`. """
    scopes: list[str] | Unset = UNSET
    """ What it may ask for at most. Whatever the person may, without. """


    def to_dict(self) -> dict[str, Any]:
        from ..models.create_client_request_jwks import CreateClientRequestJwks # noqa: PLC0415
        name = self.name

        redirect_uris = self.redirect_uris


        token_endpoint_auth_method: str | Unset = UNSET
        if not isinstance(self.token_endpoint_auth_method, Unset):
            token_endpoint_auth_method = self.token_endpoint_auth_method


        jwks: dict[str, Any] | Unset = UNSET
        if not isinstance(self.jwks, Unset):
            jwks = self.jwks.to_dict()

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "name": name,
            "redirect_uris": redirect_uris,
        })
        if token_endpoint_auth_method is not UNSET:
            field_dict["token_endpoint_auth_method"] = token_endpoint_auth_method
        if jwks is not UNSET:
            field_dict["jwks"] = jwks
        if scopes is not UNSET:
            field_dict["scopes"] = scopes

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.create_client_request_jwks import CreateClientRequestJwks # noqa: PLC0415
        d = dict(src_dict)
        name = d.pop("name")

        redirect_uris = cast(list[str], d.pop("redirect_uris"))


        _token_endpoint_auth_method = d.pop("token_endpoint_auth_method", UNSET)
        token_endpoint_auth_method: CreateClientRequestTokenEndpointAuthMethod | Unset
        if isinstance(_token_endpoint_auth_method,  Unset):
            token_endpoint_auth_method = UNSET
        else:
            token_endpoint_auth_method = check_create_client_request_token_endpoint_auth_method(_token_endpoint_auth_method)


        _jwks = d.pop("jwks", UNSET)
        jwks: CreateClientRequestJwks | Unset
        if isinstance(_jwks,  Unset):
            jwks = UNSET
        else:
            jwks = CreateClientRequestJwks.from_dict(_jwks)


        scopes = cast(list[str], d.pop("scopes", UNSET))


        create_client_request = cls(
            name=name,
            redirect_uris=redirect_uris,
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
            scopes=scopes,
        )

        return create_client_request

