from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.api_error import ApiError
from ...models.grant import Grant
from ...models.log_in_with_factor_request import LogInWithFactorRequest
from typing import cast


def _get_kwargs(
    *,
    body:    LogInWithFactorRequest  |     LogInWithFactorRequest  | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/auth/mfa",
    }

    if isinstance(body, LogInWithFactorRequest):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, LogInWithFactorRequest):
        _kwargs["data"] = body.to_dict()
        headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ApiError | Grant | None:
    if response.status_code == 200:
        response_200 = Grant.from_dict(response.json())


        return response_200

    if response.status_code == 400:
        response_400 = ApiError.from_dict(response.json())


        return response_400

    if response.status_code == 401:
        response_401 = ApiError.from_dict(response.json())


        return response_401

    if response.status_code == 409:
        response_409 = ApiError.from_dict(response.json())


        return response_409

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ApiError | Grant]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body:    LogInWithFactorRequest  |     LogInWithFactorRequest  | Unset = UNSET,

) -> Response[ApiError | Grant]:
    """ Go on with a login that was answered by `mfa_required`

     Takes the `mfa_token` of the answer, which is good for ten minutes, and a code of the authenticator
    app or a recovery code. Each code works once. Who has passkeys alone signs in with a browser, or
    sends a recovery code.

    Args:
        body (LogInWithFactorRequest):
        body (LogInWithFactorRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | Grant]
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
    body:    LogInWithFactorRequest  |     LogInWithFactorRequest  | Unset = UNSET,

) -> ApiError | Grant | None:
    """ Go on with a login that was answered by `mfa_required`

     Takes the `mfa_token` of the answer, which is good for ten minutes, and a code of the authenticator
    app or a recovery code. Each code works once. Who has passkeys alone signs in with a browser, or
    sends a recovery code.

    Args:
        body (LogInWithFactorRequest):
        body (LogInWithFactorRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | Grant
     """


    return sync_detailed(
        client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body:    LogInWithFactorRequest  |     LogInWithFactorRequest  | Unset = UNSET,

) -> Response[ApiError | Grant]:
    """ Go on with a login that was answered by `mfa_required`

     Takes the `mfa_token` of the answer, which is good for ten minutes, and a code of the authenticator
    app or a recovery code. Each code works once. Who has passkeys alone signs in with a browser, or
    sends a recovery code.

    Args:
        body (LogInWithFactorRequest):
        body (LogInWithFactorRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | Grant]
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
    body:    LogInWithFactorRequest  |     LogInWithFactorRequest  | Unset = UNSET,

) -> ApiError | Grant | None:
    """ Go on with a login that was answered by `mfa_required`

     Takes the `mfa_token` of the answer, which is good for ten minutes, and a code of the authenticator
    app or a recovery code. Each code works once. Who has passkeys alone signs in with a browser, or
    sends a recovery code.

    Args:
        body (LogInWithFactorRequest):
        body (LogInWithFactorRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | Grant
     """


    return (await asyncio_detailed(
        client=client,
body=body,

    )).parsed
