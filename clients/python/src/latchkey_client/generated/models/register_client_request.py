from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.register_client_request_jwks import RegisterClientRequestJwks


T = TypeVar("T", bound="RegisterClientRequest")


@_attrs_define
class RegisterClientRequest:


    redirect_uris: list[str]
    """ https, http for localhost, 127.0.0.1 and [::1] with any port, or the scheme of an app. They match to the
    letter. """
    client_name: str | Unset = UNSET
    token_endpoint_auth_method: str | Unset = 'client_secret_basic'
    """ One that is not supported becomes `none` (RFC 7591, 3.2.1). """
    jwks: RegisterClientRequestJwks | Unset = UNSET
    """ For `private_key_jwt`. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.register_client_request_jwks import RegisterClientRequestJwks # noqa: PLC0415
        redirect_uris = self.redirect_uris


        client_name = self.client_name

        token_endpoint_auth_method = self.token_endpoint_auth_method

        jwks: dict[str, Any] | Unset = UNSET
        if not isinstance(self.jwks, Unset):
            jwks = self.jwks.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "redirect_uris": redirect_uris,
        })
        if client_name is not UNSET:
            field_dict["client_name"] = client_name
        if token_endpoint_auth_method is not UNSET:
            field_dict["token_endpoint_auth_method"] = token_endpoint_auth_method
        if jwks is not UNSET:
            field_dict["jwks"] = jwks

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.register_client_request_jwks import RegisterClientRequestJwks # noqa: PLC0415
        d = dict(src_dict)
        redirect_uris = cast(list[str], d.pop("redirect_uris"))


        client_name = d.pop("client_name", UNSET)

        token_endpoint_auth_method = d.pop("token_endpoint_auth_method", UNSET)

        _jwks = d.pop("jwks", UNSET)
        jwks: RegisterClientRequestJwks | Unset
        if isinstance(_jwks,  Unset):
            jwks = UNSET
        else:
            jwks = RegisterClientRequestJwks.from_dict(_jwks)


        register_client_request = cls(
            redirect_uris=redirect_uris,
            client_name=client_name,
            token_endpoint_auth_method=token_endpoint_auth_method,
            jwks=jwks,
        )


        register_client_request.additional_properties = d
        return register_client_request

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
