from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.o_auth_error import OAuthError
from ...models.register_client_request import RegisterClientRequest
from ...models.register_client_result import RegisterClientResult
from typing import cast


def _get_kwargs(
    *,
    body: RegisterClientRequest,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/register",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> OAuthError | RegisterClientResult | None:
    if response.status_code == 201:
        response_201 = RegisterClientResult.from_dict(response.json())


        return response_201

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[OAuthError | RegisterClientResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RegisterClientRequest,

) -> Response[OAuthError | RegisterClientResult]:
    """ Register an OAuth client (RFC 7591)

     For clients without a metadata document. One that nobody has consented to ends after 24 hours. At
    most 20 an hour from one /24 or /64.

    Args:
        body (RegisterClientRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OAuthError | RegisterClientResult]
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
    body: RegisterClientRequest,

) -> OAuthError | RegisterClientResult | None:
    """ Register an OAuth client (RFC 7591)

     For clients without a metadata document. One that nobody has consented to ends after 24 hours. At
    most 20 an hour from one /24 or /64.

    Args:
        body (RegisterClientRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OAuthError | RegisterClientResult
     """


    return sync_detailed(
        client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: RegisterClientRequest,

) -> Response[OAuthError | RegisterClientResult]:
    """ Register an OAuth client (RFC 7591)

     For clients without a metadata document. One that nobody has consented to ends after 24 hours. At
    most 20 an hour from one /24 or /64.

    Args:
        body (RegisterClientRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OAuthError | RegisterClientResult]
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
    body: RegisterClientRequest,

) -> OAuthError | RegisterClientResult | None:
    """ Register an OAuth client (RFC 7591)

     For clients without a metadata document. One that nobody has consented to ends after 24 hours. At
    most 20 an hour from one /24 or /64.

    Args:
        body (RegisterClientRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OAuthError | RegisterClientResult
     """


    return (await asyncio_detailed(
        client=client,
body=body,

    )).parsed
