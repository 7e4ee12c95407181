from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.o_auth_error import OAuthError
from ...models.refresh_request_type_0 import RefreshRequestType0
from ...models.refresh_request_type_1 import RefreshRequestType1
from ...models.refresh_result import RefreshResult
from typing import cast


def _get_kwargs(
    *,
    body:    RefreshRequestType0 | RefreshRequestType1  |     RefreshRequestType0 | RefreshRequestType1  | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/auth/refresh",
    }

    if isinstance(body, RefreshRequestType0 | RefreshRequestType1):

        if isinstance(body, RefreshRequestType0):
            _kwargs["json"] = body.to_dict()
        else:
            _kwargs["json"] = body.to_dict()


        headers["Content-Type"] = "application/json"
    if isinstance(body, RefreshRequestType0 | RefreshRequestType1):
        _kwargs["data"] = body.to_dict()
        headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> OAuthError | RefreshResult | None:
    if response.status_code == 200:
        response_200 = RefreshResult.from_dict(response.json())


        return response_200

    if response.status_code == 400:
        response_400 = OAuthError.from_dict(response.json())


        return response_400

    if response.status_code == 413:
        response_413 = OAuthError.from_dict(response.json())


        return response_413

    if response.status_code == 415:
        response_415 = OAuthError.from_dict(response.json())


        return response_415

    if response.status_code == 429:
        response_429 = OAuthError.from_dict(response.json())


        return response_429

    if response.status_code == 500:
        response_500 = OAuthError.from_dict(response.json())


        return response_500

    if response.status_code == 503:
        response_503 = OAuthError.from_dict(response.json())


        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[OAuthError | RefreshResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body:    RefreshRequestType0 | RefreshRequestType1  |     RefreshRequestType0 | RefreshRequestType1  | Unset = UNSET,

) -> Response[OAuthError | RefreshResult]:
    """ Get new tokens for a refresh token (RFC 6749, 6)

     The refresh token is used up; within the grace it may be sent again and gives another pair. Sent
    again later it ends the session. `Authorization` is ignored.

    Args:
        body (RefreshRequestType0 | RefreshRequestType1):
        body (RefreshRequestType0 | RefreshRequestType1):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OAuthError | RefreshResult]
     """


    kwargs = _get_kwargs(
        body=body,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient | Client,
    body:    RefreshRequestType0 | RefreshRequestType1  |     RefreshRequestType0 | RefreshRequestType1  | Unset = UNSET,

) -> OAuthError | RefreshResult | None:
    """ Get new tokens for a refresh token (RFC 6749, 6)

     The refresh token is used up; within the grace it may be sent again and gives another pair. Sent
    again later it ends the session. `Authorization` is ignored.

    Args:
        body (RefreshRequestType0 | RefreshRequestType1):
        body (RefreshRequestType0 | RefreshRequestType1):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OAuthError | RefreshResult
     """


    return sync_detailed(
        client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body:    RefreshRequestType0 | RefreshRequestType1  |     RefreshRequestType0 | RefreshRequestType1  | Unset = UNSET,

) -> Response[OAuthError | RefreshResult]:
    """ Get new tokens for a refresh token (RFC 6749, 6)

     The refresh token is used up; within the grace it may be sent again and gives another pair. Sent
    again later it ends the session. `Authorization` is ignored.

    Args:
        body (RefreshRequestType0 | RefreshRequestType1):
        body (RefreshRequestType0 | RefreshRequestType1):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OAuthError | RefreshResult]
     """


    kwargs = _get_kwargs(
        body=body,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body:    RefreshRequestType0 | RefreshRequestType1  |     RefreshRequestType0 | RefreshRequestType1  | Unset = UNSET,

) -> OAuthError | RefreshResult | None:
    """ Get new tokens for a refresh token (RFC 6749, 6)

     The refresh token is used up; within the grace it may be sent again and gives another pair. Sent
    again later it ends the session. `Authorization` is ignored.

    Args:
        body (RefreshRequestType0 | RefreshRequestType1):
        body (RefreshRequestType0 | RefreshRequestType1):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OAuthError | RefreshResult
     """


    return (await asyncio_detailed(
        client=client,
body=body,

    )).parsed
