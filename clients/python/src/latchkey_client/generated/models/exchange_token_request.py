from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.exchange_token_request_requested_token_type import check_exchange_token_request_requested_token_type
from ..models.exchange_token_request_requested_token_type import ExchangeTokenRequestRequestedTokenType
from ..models.exchange_token_request_subject_token_type import check_exchange_token_request_subject_token_type
from ..models.exchange_token_request_subject_token_type import ExchangeTokenRequestSubjectTokenType
from ..types import UNSET, Unset
from typing import cast
from typing import Literal, cast


T = TypeVar("T", bound="ExchangeTokenRequest")


@_attrs_define
class ExchangeTokenRequest:


    grant_type: Literal['urn:ietf:params:oauth:grant-type:token-exchange'] | Unset = UNSET
    """ With subject_token. """
    subject_token: str | Unset = _attrs_field(default=UNSET, repr=False)
    subject_token_type: ExchangeTokenRequestSubjectTokenType | Unset = UNSET
    requested_token_type: ExchangeTokenRequestRequestedTokenType | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        grant_type = self.grant_type

        subject_token = self.subject_token

        subject_token_type: str | Unset = UNSET
        if not isinstance(self.subject_token_type, Unset):
            subject_token_type = self.subject_token_type


        requested_token_type: str | Unset = UNSET
        if not isinstance(self.requested_token_type, Unset):
            requested_token_type = self.requested_token_type


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
        })
        if grant_type is not UNSET:
            field_dict["grant_type"] = grant_type
        if subject_token is not UNSET:
            field_dict["subject_token"] = subject_token
        if subject_token_type is not UNSET:
            field_dict["subject_token_type"] = subject_token_type
        if requested_token_type is not UNSET:
            field_dict["requested_token_type"] = requested_token_type

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        grant_type = cast(Literal['urn:ietf:params:oauth:grant-type:token-exchange'] | Unset , d.pop("grant_type", UNSET))
        if grant_type != 'urn:ietf:params:oauth:grant-type:token-exchange'and not isinstance(grant_type, Unset):
            raise ValueError(f"grant_type must match const 'urn:ietf:params:oauth:grant-type:token-exchange', got '{grant_type}'")

        subject_token = d.pop("subject_token", UNSET)

        _subject_token_type = d.pop("subject_token_type", UNSET)
        subject_token_type: ExchangeTokenRequestSubjectTokenType | Unset
        if isinstance(_subject_token_type,  Unset):
            subject_token_type = UNSET
        else:
            subject_token_type = check_exchange_token_request_subject_token_type(_subject_token_type)


        _requested_token_type = d.pop("requested_token_type", UNSET)
        requested_token_type: ExchangeTokenRequestRequestedTokenType | Unset
        if isinstance(_requested_token_type,  Unset):
            requested_token_type = UNSET
        else:
            requested_token_type = check_exchange_token_request_requested_token_type(_requested_token_type)


        exchange_token_request = cls(
            grant_type=grant_type,
            subject_token=subject_token,
            subject_token_type=subject_token_type,
            requested_token_type=requested_token_type,
        )


        exchange_token_request.additional_properties = d
        return exchange_token_request

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
