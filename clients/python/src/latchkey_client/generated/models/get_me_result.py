from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.get_me_result_kind import check_get_me_result_kind
from ..models.get_me_result_kind import GetMeResultKind
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.api_key import ApiKey


T = TypeVar("T", bound="GetMeResult")


@_attrs_define
class GetMeResult:


    kind: GetMeResultKind
    tenant_id: str
    workspace_id: str
    scopes: list[str]
    user_id: str | Unset = UNSET
    email: str | Unset = UNSET
    full_name: None | str | Unset = UNSET
    role: str | Unset = UNSET
    session_id: str | Unset = UNSET
    key: ApiKey | Unset = _attrs_field(default=UNSET, repr=False)
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.api_key import ApiKey # noqa: PLC0415
        kind: str = self.kind

        tenant_id = self.tenant_id

        workspace_id = self.workspace_id

        scopes = self.scopes


        user_id = self.user_id

        email = self.email

        full_name: None | str | Unset
        if isinstance(self.full_name, Unset):
            full_name = UNSET
        else:
            full_name = self.full_name

        role = self.role

        session_id = self.session_id

        key: dict[str, Any] | Unset = UNSET
        if not isinstance(self.key, Unset):
            key = self.key.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "kind": kind,
            "tenant_id": tenant_id,
            "workspace_id": workspace_id,
            "scopes": scopes,
        })
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if email is not UNSET:
            field_dict["email"] = email
        if full_name is not UNSET:
            field_dict["full_name"] = full_name
        if role is not UNSET:
            field_dict["role"] = role
        if session_id is not UNSET:
            field_dict["session_id"] = session_id
        if key is not UNSET:
            field_dict["key"] = key

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.api_key import ApiKey # noqa: PLC0415
        d = dict(src_dict)
        kind = check_get_me_result_kind(d.pop("kind"))


        tenant_id = d.pop("tenant_id")

        workspace_id = d.pop("workspace_id")

        scopes = cast(list[str], d.pop("scopes"))


        user_id = d.pop("user_id", UNSET)

        email = d.pop("email", UNSET)

        def _parse_full_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        full_name = _parse_full_name(d.pop("full_name", UNSET))


        role = d.pop("role", UNSET)

        session_id = d.pop("session_id", UNSET)

        _key = d.pop("key", UNSET)
        key: ApiKey | Unset
        if isinstance(_key,  Unset):
            key = UNSET
        else:
            key = ApiKey.from_dict(_key)


        get_me_result = cls(
            kind=kind,
            tenant_id=tenant_id,
            workspace_id=workspace_id,
            scopes=scopes,
            user_id=user_id,
            email=email,
            full_name=full_name,
            role=role,
            session_id=session_id,
            key=key,
        )


        get_me_result.additional_properties = d
        return get_me_result

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
