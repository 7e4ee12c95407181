from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.account_download_factors_item import AccountDownloadFactorsItem
  from ..models.account_download_identities_item import AccountDownloadIdentitiesItem
  from ..models.account_download_tenant import AccountDownloadTenant
  from ..models.api_key import ApiKey
  from ..models.app import App
  from ..models.audit_entry import AuditEntry
  from ..models.session import Session
  from ..models.sign_in import SignIn
  from ..models.user import User


T = TypeVar("T", bound="AccountDownload")


@_attrs_define
class AccountDownload:


    api_keys: list[ApiKey]
    """ The keys that the person made, which are the tenant’s. """
    audit: list[AuditEntry]
    """ What the person did, and what was done to them. """
    next_cursor: None | str
    """ For the next part; null in the last. """
    profile: User | Unset = UNSET
    tenant: AccountDownloadTenant | Unset = UNSET
    sessions: list[Session] | Unset = UNSET
    sign_ins: list[SignIn] | Unset = UNSET
    apps: list[App] | Unset = UNSET
    identities: list[AccountDownloadIdentitiesItem] | Unset = UNSET
    """ Accounts at identity providers by which the person comes in. Only a hash of them is stored. """
    factors: list[AccountDownloadFactorsItem] | Unset = UNSET
    """ Second factors by their names; never what they are made of. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.account_download_factors_item import AccountDownloadFactorsItem # noqa: PLC0415
        from ..models.account_download_identities_item import AccountDownloadIdentitiesItem # noqa: PLC0415
        from ..models.account_download_tenant import AccountDownloadTenant # noqa: PLC0415
        from ..models.api_key import ApiKey # noqa: PLC0415
        from ..models.app import App # noqa: PLC0415
        from ..models.audit_entry import AuditEntry # noqa: PLC0415
        from ..models.session import Session # noqa: PLC0415
        from ..models.sign_in import SignIn # noqa: PLC0415
        from ..models.user import User # noqa: PLC0415
        api_keys = []
        for api_keys_item_data in self.api_keys:
            api_keys_item = api_keys_item_data.to_dict()
            api_keys.append(api_keys_item)


        audit = []
        for audit_item_data in self.audit:
            audit_item = audit_item_data.to_dict()
            audit.append(audit_item)


        next_cursor: None | str
        next_cursor = self.next_cursor

        profile: dict[str, Any] | Unset = UNSET
        if not isinstance(self.profile, Unset):
            profile = self.profile.to_dict()

        tenant: dict[str, Any] | Unset = UNSET
        if not isinstance(self.tenant, Unset):
            tenant = self.tenant.to_dict()

        sessions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.sessions, Unset):
            sessions = []
            for sessions_item_data in self.sessions:
                sessions_item = sessions_item_data.to_dict()
                sessions.append(sessions_item)


        sign_ins: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.sign_ins, Unset):
            sign_ins = []
            for sign_ins_item_data in self.sign_ins:
                sign_ins_item = sign_ins_item_data.to_dict()
                sign_ins.append(sign_ins_item)


        apps: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.apps, Unset):
            apps = []
            for apps_item_data in self.apps:
                apps_item = apps_item_data.to_dict()
                apps.append(apps_item)


        identities: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.identities, Unset):
            identities = []
            for identities_item_data in self.identities:
                identities_item = identities_item_data.to_dict()
                identities.append(identities_item)


        factors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.factors, Unset):
            factors = []
            for factors_item_data in self.factors:
                factors_item = factors_item_data.to_dict()
                factors.append(factors_item)


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "api_keys": api_keys,
            "audit": audit,
            "next_cursor": next_cursor,
        })
        if profile is not UNSET:
            field_dict["profile"] = profile
        if tenant is not UNSET:
            field_dict["tenant"] = tenant
        if sessions is not UNSET:
            field_dict["sessions"] = sessions
        if sign_ins is not UNSET:
            field_dict["sign_ins"] = sign_ins
        if apps is not UNSET:
            field_dict["apps"] = apps
        if identities is not UNSET:
            field_dict["identities"] = identities
        if factors is not UNSET:
            field_dict["factors"] = factors

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_download_factors_item import AccountDownloadFactorsItem # noqa: PLC0415
        from ..models.account_download_identities_item import AccountDownloadIdentitiesItem # noqa: PLC0415
        from ..models.account_download_tenant import AccountDownloadTenant # noqa: PLC0415
        from ..models.api_key import ApiKey # noqa: PLC0415
        from ..models.app import App # noqa: PLC0415
        from ..models.audit_entry import AuditEntry # noqa: PLC0415
        from ..models.session import Session # noqa: PLC0415
        from ..models.sign_in import SignIn # noqa: PLC0415
        from ..models.user import User # noqa: PLC0415
        d = dict(src_dict)
        api_keys = []
        _api_keys = d.pop("api_keys")
        for api_keys_item_data in (_api_keys):
            api_keys_item = ApiKey.from_dict(api_keys_item_data)


            api_keys.append(api_keys_item)


        audit = []
        _audit = d.pop("audit")
        for audit_item_data in (_audit):
            audit_item = AuditEntry.from_dict(audit_item_data)


            audit.append(audit_item)


        def _parse_next_cursor(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_cursor = _parse_next_cursor(d.pop("next_cursor"))


        _profile = d.pop("profile", UNSET)
        profile: User | Unset
        if isinstance(_profile,  Unset):
            profile = UNSET
        else:
            profile = User.from_dict(_profile)


        _tenant = d.pop("tenant", UNSET)
        tenant: AccountDownloadTenant | Unset
        if isinstance(_tenant,  Unset):
            tenant = UNSET
        else:
            tenant = AccountDownloadTenant.from_dict(_tenant)


        _sessions = d.pop("sessions", UNSET)
        sessions: list[Session] | Unset = UNSET
        if _sessions is not UNSET:
            sessions = []
            for sessions_item_data in _sessions:
                sessions_item = Session.from_dict(sessions_item_data)


                sessions.append(sessions_item)


        _sign_ins = d.pop("sign_ins", UNSET)
        sign_ins: list[SignIn] | Unset = UNSET
        if _sign_ins is not UNSET:
            sign_ins = []
            for sign_ins_item_data in _sign_ins:
                sign_ins_item = SignIn.from_dict(sign_ins_item_data)


                sign_ins.append(sign_ins_item)


        _apps = d.pop("apps", UNSET)
        apps: list[App] | Unset = UNSET
        if _apps is not UNSET:
            apps = []
            for apps_item_data in _apps:
                apps_item = App.from_dict(apps_item_data)


                apps.append(apps_item)


        _identities = d.pop("identities", UNSET)
        identities: list[AccountDownloadIdentitiesItem] | Unset = UNSET
        if _identities is not UNSET:
            identities = []
            for identities_item_data in _identities:
                identities_item = AccountDownloadIdentitiesItem.from_dict(identities_item_data)


                identities.append(identities_item)


        _factors = d.pop("factors", UNSET)
        factors: list[AccountDownloadFactorsItem] | Unset = UNSET
        if _factors is not UNSET:
            factors = []
            for factors_item_data in _factors:
                factors_item = AccountDownloadFactorsItem.from_dict(factors_item_data)


                factors.append(factors_item)


        account_download = cls(
            api_keys=api_keys,
            audit=audit,
            next_cursor=next_cursor,
            profile=profile,
            tenant=tenant,
            sessions=sessions,
            sign_ins=sign_ins,
            apps=apps,
            identities=identities,
            factors=factors,
        )


        account_download.additional_properties = d
        return account_download

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
