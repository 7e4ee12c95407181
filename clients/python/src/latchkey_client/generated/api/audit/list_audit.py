from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.api_error import ApiError
from ...models.list_audit_format import check_list_audit_format
from ...models.list_audit_format import ListAuditFormat
from ...models.list_audit_result import ListAuditResult
from ...types import UNSET, Unset
from typing import cast
import datetime


def _get_kwargs(
    *,
    actor: str | Unset = UNSET,
    action: str | Unset = UNSET,
    target: str | Unset = UNSET,
    from_: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    format_: ListAuditFormat | Unset = 'json',
    x_workspace_id: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_workspace_id, Unset):
        headers["X-Workspace-Id"] = x_workspace_id


    params: dict[str, Any] = {}

    params["actor"] = actor

    params["action"] = action

    params["target"] = target

    json_from_: str | Unset = UNSET
    if not isinstance(from_, Unset):
        json_from_ = from_.isoformat()
    params["from"] = json_from_

    json_until: str | Unset = UNSET
    if not isinstance(until, Unset):
        json_until = until.isoformat()
    params["until"] = json_until

    params["limit"] = limit

    params["cursor"] = cursor

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_

    params["format"] = json_format_


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/audit",
        "params": params,
    }


    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ApiError | ListAuditResult | None:
    if response.status_code == 200:
        response_200 = ListAuditResult.from_dict(response.json())


        return response_200

    if response.status_code == 400:
        response_400 = ApiError.from_dict(response.json())


        return response_400

    if response.status_code == 401:
        response_401 = ApiError.from_dict(response.json())


        return response_401

    if response.status_code == 403:
        response_403 = ApiError.from_dict(response.json())


        return response_403

    if response.status_code == 404:
        response_404 = ApiError.from_dict(response.json())


        return response_404

    if response.status_code == 429:
        response_429 = ApiError.from_dict(response.json())


        return response_429

    if response.status_code == 500:
        response_500 = ApiError.from_dict(response.json())


        return response_500

    if response.status_code == 503:
        response_503 = ApiError.from_dict(response.json())


        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ApiError | ListAuditResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    actor: str | Unset = UNSET,
    action: str | Unset = UNSET,
    target: str | Unset = UNSET,
    from_: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    format_: ListAuditFormat | Unset = 'json',
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | ListAuditResult]:
    """ Who did what, in the order of its numbers; a key sees what is about its own workspace

     A page may hold fewer rows than its limit, even none, while `next_cursor` says that there are more.
    As NDJSON the cursor comes in the header `X-Next-Cursor`.

    Args:
        actor (str | Unset): Such as `user:…` or `key:…`.
        action (str | Unset): Such as `key.revoke`, or `key` for all of a kind.
        target (str | Unset): Such as `key:…`.
        from_ (datetime.datetime | Unset): RFC 3339.
        until (datetime.datetime | Unset): RFC 3339.
        limit (int | Unset):  Default: 100.
        cursor (str | Unset): `next_cursor` of the page before.
        format_ (ListAuditFormat | Unset):  Default: 'json'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | ListAuditResult]
     """


    kwargs = _get_kwargs(
        actor=actor,
action=action,
target=target,
from_=from_,
until=until,
limit=limit,
cursor=cursor,
format_=format_,
x_workspace_id=x_workspace_id,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient | Client,
    actor: str | Unset = UNSET,
    action: str | Unset = UNSET,
    target: str | Unset = UNSET,
    from_: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    format_: ListAuditFormat | Unset = 'json',
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | ListAuditResult | None:
    """ Who did what, in the order of its numbers; a key sees what is about its own workspace

     A page may hold fewer rows than its limit, even none, while `next_cursor` says that there are more.
    As NDJSON the cursor comes in the header `X-Next-Cursor`.

    Args:
        actor (str | Unset): Such as `user:…` or `key:…`.
        action (str | Unset): Such as `key.revoke`, or `key` for all of a kind.
        target (str | Unset): Such as `key:…`.
        from_ (datetime.datetime | Unset): RFC 3339.
        until (datetime.datetime | Unset): RFC 3339.
        limit (int | Unset):  Default: 100.
        cursor (str | Unset): `next_cursor` of the page before.
        format_ (ListAuditFormat | Unset):  Default: 'json'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | ListAuditResult
     """


    return sync_detailed(
        client=client,
actor=actor,
action=action,
target=target,
from_=from_,
until=until,
limit=limit,
cursor=cursor,
format_=format_,
x_workspace_id=x_workspace_id,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    actor: str | Unset = UNSET,
    action: str | Unset = UNSET,
    target: str | Unset = UNSET,
    from_: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    format_: ListAuditFormat | Unset = 'json',
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | ListAuditResult]:
    """ Who did what, in the order of its numbers; a key sees what is about its own workspace

     A page may hold fewer rows than its limit, even none, while `next_cursor` says that there are more.
    As NDJSON the cursor comes in the header `X-Next-Cursor`.

    Args:
        actor (str | Unset): Such as `user:…` or `key:…`.
        action (str | Unset): Such as `key.revoke`, or `key` for all of a kind.
        target (str | Unset): Such as `key:…`.
        from_ (datetime.datetime | Unset): RFC 3339.
        until (datetime.datetime | Unset): RFC 3339.
        limit (int | Unset):  Default: 100.
        cursor (str | Unset): `next_cursor` of the page before.
        format_ (ListAuditFormat | Unset):  Default: 'json'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | ListAuditResult]
     """


    kwargs = _get_kwargs(
        actor=actor,
action=action,
target=target,
from_=from_,
until=until,
limit=limit,
cursor=cursor,
format_=format_,
x_workspace_id=x_workspace_id,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    actor: str | Unset = UNSET,
    action: str | Unset = UNSET,
    target: str | Unset = UNSET,
    from_: datetime.datetime | Unset = UNSET,
    until: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 100,
    cursor: str | Unset = UNSET,
    format_: ListAuditFormat | Unset = 'json',
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | ListAuditResult | None:
    """ Who did what, in the order of its numbers; a key sees what is about its own workspace

     A page may hold fewer rows than its limit, even none, while `next_cursor` says that there are more.
    As NDJSON the cursor comes in the header `X-Next-Cursor`.

    Args:
        actor (str | Unset): Such as `user:…` or `key:…`.
        action (str | Unset): Such as `key.revoke`, or `key` for all of a kind.
        target (str | Unset): Such as `key:…`.
        from_ (datetime.datetime | Unset): RFC 3339.
        until (datetime.datetime | Unset): RFC 3339.
        limit (int | Unset):  Default: 100.
        cursor (str | Unset): `next_cursor` of the page before.
        format_ (ListAuditFormat | Unset):  Default: 'json'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | ListAuditResult
     """


    return (await asyncio_detailed(
        client=client,
actor=actor,
action=action,
target=target,
from_=from_,
until=until,
limit=limit,
cursor=cursor,
format_=format_,
x_workspace_id=x_workspace_id,

    )).parsed
