from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.api_error import ApiError
from ...models.delete_account_result import DeleteAccountResult
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    *,
    email: str,
    x_workspace_id: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_workspace_id, Unset):
        headers["X-Workspace-Id"] = x_workspace_id


    params: dict[str, Any] = {}

    params["email"] = email


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/auth/account",
        "params": params,
    }


    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ApiError | DeleteAccountResult | None:
    if response.status_code == 200:
        response_200 = DeleteAccountResult.from_dict(response.json())


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

    if response.status_code == 409:
        response_409 = ApiError.from_dict(response.json())


        return response_409

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ApiError | DeleteAccountResult]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    email: str,
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | DeleteAccountResult]:
    """ Delete your account

     Takes a sign-in of the last 10 minutes. Your sessions end and the address is free at once; what else
    is stored of you is erased within two days. API keys that you made stay the tenant’s. The last
    administrator cannot: close the tenant instead.

    Args:
        email (str): Your address, so that nothing is deleted by mistake.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | DeleteAccountResult]
     """


    kwargs = _get_kwargs(
        email=email,
x_workspace_id=x_workspace_id,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient | Client,
    email: str,
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | DeleteAccountResult | None:
    """ Delete your account

     Takes a sign-in of the last 10 minutes. Your sessions end and the address is free at once; what else
    is stored of you is erased within two days. API keys that you made stay the tenant’s. The last
    administrator cannot: close the tenant instead.

    Args:
        email (str): Your address, so that nothing is deleted by mistake.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | DeleteAccountResult
     """


    return sync_detailed(
        client=client,
email=email,
x_workspace_id=x_workspace_id,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    email: str,
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | DeleteAccountResult]:
    """ Delete your account

     Takes a sign-in of the last 10 minutes. Your sessions end and the address is free at once; what else
    is stored of you is erased within two days. API keys that you made stay the tenant’s. The last
    administrator cannot: close the tenant instead.

    Args:
        email (str): Your address, so that nothing is deleted by mistake.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | DeleteAccountResult]
     """


    kwargs = _get_kwargs(
        email=email,
x_workspace_id=x_workspace_id,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    email: str,
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | DeleteAccountResult | None:
    """ Delete your account

     Takes a sign-in of the last 10 minutes. Your sessions end and the address is free at once; what else
    is stored of you is erased within two days. API keys that you made stay the tenant’s. The last
    administrator cannot: close the tenant instead.

    Args:
        email (str): Your address, so that nothing is deleted by mistake.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | DeleteAccountResult
     """


    return (await asyncio_detailed(
        client=client,
email=email,
x_workspace_id=x_workspace_id,

    )).parsed
