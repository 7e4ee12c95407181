from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.register_client_result_token_endpoint_auth_method import check_register_client_result_token_endpoint_auth_method
from ..models.register_client_result_token_endpoint_auth_method import RegisterClientResultTokenEndpointAuthMethod
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.register_client_result_jwks import RegisterClientResultJwks


T = TypeVar("T", bound="RegisterClientResult")


@_attrs_define
class RegisterClientResult:


    client_id: str
    client_id_issued_at: int
    """ Unix seconds. """
    redirect_uris: list[str]
    token_endpoint_auth_method: RegisterClientResultTokenEndpointAuthMethod
    """ How the client proves who it is at the token endpoint. """
    grant_types: list[str]
    response_types: list[str]
    client_secret: str | Unset = _attrs_field(default=UNSET, repr=False)
    client_secret_expires_at: int | Unset = UNSET
    """ 0: it does not expire. """
    client_name: str | Unset = UNSET
    jwks: RegisterClientResultJwks | Unset = UNSET
    """ At most 5 public keys. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.register_client_result_jwks import RegisterClientResultJwks # noqa: PLC0415
        client_id = self.client_id

        client_id_issued_at = self.client_id_issued_at

        redirect_uris = self.redirect_uris


        token_endpoint_auth_method: str = self.token_endpoint_auth_method

        grant_types = self.grant_types


        response_types = self.response_types


        client_secret = self.client_secret

        client_secret_expires_at = self.client_secret_expires_at

        client_name = self.client_name

        jwks: dict[str, Any] | Unset = UNSET
        if not isinstance(self.jwks, Unset):
            jwks = self.jwks.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "client_id": client_id,
            "client_id_issued_at": client_id_issued_at,
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": token_endpoint_auth_method,
            "grant_types": grant_types,
            "response_types": response_types,
        })
        if client_secret is not UNSET:
            field_dict["client_secret"] = client_secret
        if client_secret_expires_at is not UNSET:
            field_dict["client_secret_expires_at"] = client_secret_expires_at
        if client_name is not UNSET:
            field_dict["client_name"] = client_name
        if jwks is not UNSET:
            field_dict["jwks"] = jwks

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.register_client_result_jwks import RegisterClientResultJwks # noqa: PLC0415
        d = dict(src_dict)
        client_id = d.pop("client_id")

        client_id_issued_at = d.pop("client_id_issued_at")

        redirect_uris = cast(list[str], d.pop("redirect_uris"))


        token_endpoint_auth_method = check_register_client_result_token_endpoint_auth_method(d.pop("token_endpoint_auth_method"))


        grant_types = cast(list[str], d.pop("grant_types"))


        response_types = cast(list[str], d.pop("response_types"))


        client_secret = d.pop("client_secret", UNSET)

        client_secret_expires_at = d.pop("client_secret_expires_at", UNSET)

        client_name = d.pop("client_name", UNSET)

        _jwks = d.pop("jwks", UNSET)
        jwks: RegisterClientResultJwks | Unset
        if isinstance(_jwks,  Unset):
            jwks = UNSET
        else:
            jwks = RegisterClientResultJwks.from_dict(_jwks)


        register_client_result = cls(
            client_id=client_id,
            client_id_issued_at=client_id_issued_at,
            redirect_uris=redirect_uris,
            token_endpoint_auth_method=token_endpoint_auth_method,
            grant_types=grant_types,
            response_types=response_types,
            client_secret=client_secret,
            client_secret_expires_at=client_secret_expires_at,
            client_name=client_name,
            jwks=jwks,
        )


        register_client_result.additional_properties = d
        return register_client_result

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
