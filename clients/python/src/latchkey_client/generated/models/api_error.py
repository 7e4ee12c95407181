from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.api_error_code import ApiErrorCode
from ..models.api_error_code import check_api_error_code
from ..models.api_error_status import ApiErrorStatus
from ..models.api_error_status import check_api_error_status
from ..models.api_error_type import ApiErrorType
from ..models.api_error_type import check_api_error_type
from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.field_error import FieldError


T = TypeVar("T", bound="ApiError")


@_attrs_define
class ApiError:


    type_: ApiErrorType
    title: str
    status: ApiErrorStatus
    code: ApiErrorCode = _attrs_field(repr=False)
    detail: str
    message: str
    error: str
    request_id: str
    errors: list[FieldError] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)


    def to_dict(self) -> dict[str, Any]:
        from ..models.field_error import FieldError # noqa: PLC0415
        type_: str = self.type_

        title = self.title

        status: int = self.status

        code: str = self.code

        detail = self.detail

        message = self.message

        error = self.error

        request_id = self.request_id

        errors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.errors, Unset):
            errors = []
            for errors_item_data in self.errors:
                errors_item = errors_item_data.to_dict()
                errors.append(errors_item)


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "type": type_,
            "title": title,
            "status": status,
            "code": code,
            "detail": detail,
            "message": message,
            "error": error,
            "request_id": request_id,
        })
        if errors is not UNSET:
            field_dict["errors"] = errors

        return field_dict


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.field_error import FieldError # noqa: PLC0415
        d = dict(src_dict)
        type_ = check_api_error_type(d.pop("type"))


        title = d.pop("title")

        status = check_api_error_status(d.pop("status"))


        code = check_api_error_code(d.pop("code"))


        detail = d.pop("detail")

        message = d.pop("message")

        error = d.pop("error")

        request_id = d.pop("request_id")

        _errors = d.pop("errors", UNSET)
        errors: list[FieldError] | Unset = UNSET
        if _errors is not UNSET:
            errors = []
            for errors_item_data in _errors:
                errors_item = FieldError.from_dict(errors_item_data)


                errors.append(errors_item)


        api_error = cls(
            type_=type_,
            title=title,
            status=status,
            code=code,
            detail=detail,
            message=message,
            error=error,
            request_id=request_id,
            errors=errors,
        )


        api_error.additional_properties = d
        return api_error

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
