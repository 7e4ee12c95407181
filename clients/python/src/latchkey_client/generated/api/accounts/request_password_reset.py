from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.api_error import ApiError
from ...models.request_password_reset_request import RequestPasswordResetRequest
from ...models.request_password_reset_result import RequestPasswordResetResult
from typing import cast


def _get_kwargs(
    *,
    body: RequestPasswordResetRequest,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/auth/forgot-password",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ApiError | RequestPasswordResetResult | None:
    if response.status_code == 202:
        response_202 = RequestPasswordResetResult.from_dict(response.json())


        return response_202

    if response.status_code == 400:
        response_400 = ApiError.from_dict(response.json())


        return response_400

    if response.status_code == 413:
        response_413 = ApiError.from_dict(response.json())


        return response_413

    if response.status_code == 415:
        response_415 = ApiError.from_dict(response.json())


        return response_415

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ApiError | RequestPasswordResetResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RequestPasswordResetRequest,

) -> Response[ApiError | RequestPasswordResetResult]:
    """ Ask for a mail with a link to choose a new password

     The link is good once, for 30 minutes. Neither answer nor time tells whether the address has an
    account.

    Args:
        body (RequestPasswordResetRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | RequestPasswordResetResult]
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
    body: RequestPasswordResetRequest,

) -> ApiError | RequestPasswordResetResult | None:
    """ Ask for a mail with a link to choose a new password

     The link is good once, for 30 minutes. Neither answer nor time tells whether the address has an
    account.

    Args:
        body (RequestPasswordResetRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | RequestPasswordResetResult
     """


    return sync_detailed(
        client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RequestPasswordResetRequest,

) -> Response[ApiError | RequestPasswordResetResult]:
    """ Ask for a mail with a link to choose a new password

     The link is good once, for 30 minutes. Neither answer nor time tells whether the address has an
    account.

    Args:
        body (RequestPasswordResetRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | RequestPasswordResetResult]
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
    body: RequestPasswordResetRequest,

) -> ApiError | RequestPasswordResetResult | None:
    """ Ask for a mail with a link to choose a new password

     The link is good once, for 30 minutes. Neither answer nor time tells whether the address has an
    account.

    Args:
        body (RequestPasswordResetRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | RequestPasswordResetResult
     """


    return (await asyncio_detailed(
        client=client,
body=body,

    )).parsed
