from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.api_error import ApiError
from ...models.open_sessions import OpenSessions
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    id: str,
    *,
    x_workspace_id: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_workspace_id, Unset):
        headers["X-Workspace-Id"] = x_workspace_id


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/users/{id}/sessions".format(id=quote(str(id), safe=""),),
    }


    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ApiError | OpenSessions | None:
    if response.status_code == 200:
        response_200 = OpenSessions.from_dict(response.json())


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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ApiError | OpenSessions]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | OpenSessions]:
    """ List the sessions of a person, and the browsers in which they are signed in, oldest first

    Args:
        id (str):
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | OpenSessions]
     """


    kwargs = _get_kwargs(
        id=id,
x_workspace_id=x_workspace_id,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | OpenSessions | None:
    """ List the sessions of a person, and the browsers in which they are signed in, oldest first

    Args:
        id (str):
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | OpenSessions
     """


    return sync_detailed(
        id=id,
client=client,
x_workspace_id=x_workspace_id,

    ).parsed

async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | OpenSessions]:
    """ List the sessions of a person, and the browsers in which they are signed in, oldest first

    Args:
        id (str):
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | OpenSessions]
     """


    kwargs = _get_kwargs(
        id=id,
x_workspace_id=x_workspace_id,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | OpenSessions | None:
    """ List the sessions of a person, and the browsers in which they are signed in, oldest first

    Args:
        id (str):
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | OpenSessions
     """


    return (await asyncio_detailed(
        id=id,
client=client,
x_workspace_id=x_workspace_id,

    )).parsed
