from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.api_error import ApiError
from ...models.delete_workspace_force import check_delete_workspace_force
from ...models.delete_workspace_force import DeleteWorkspaceForce
from ...models.delete_workspace_result import DeleteWorkspaceResult
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    id: str,
    *,
    force: DeleteWorkspaceForce | Unset = 'false',
    x_workspace_id: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_workspace_id, Unset):
        headers["X-Workspace-Id"] = x_workspace_id


    params: dict[str, Any] = {}

    json_force: str | Unset = UNSET
    if not isinstance(force, Unset):
        json_force = force

    params["force"] = json_force


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/v1/workspaces/{id}".format(id=quote(str(id), safe=""),),
        "params": params,
    }


    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ApiError | DeleteWorkspaceResult | None:
    if response.status_code == 200:
        response_200 = DeleteWorkspaceResult.from_dict(response.json())


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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ApiError | DeleteWorkspaceResult]:
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
    force: DeleteWorkspaceForce | Unset = 'false',
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | DeleteWorkspaceResult]:
    """ Delete a workspace that has no keys, or with force one that has

     With `force` it takes no more keys at once, all that it has are refused within two seconds, and they
    are revoked. While the answer says `closing`, keys are left to be revoked: repeat the call.

    Args:
        id (str):
        force (DeleteWorkspaceForce | Unset):  Default: 'false'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | DeleteWorkspaceResult]
     """


    kwargs = _get_kwargs(
        id=id,
force=force,
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
    force: DeleteWorkspaceForce | Unset = 'false',
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | DeleteWorkspaceResult | None:
    """ Delete a workspace that has no keys, or with force one that has

     With `force` it takes no more keys at once, all that it has are refused within two seconds, and they
    are revoked. While the answer says `closing`, keys are left to be revoked: repeat the call.

    Args:
        id (str):
        force (DeleteWorkspaceForce | Unset):  Default: 'false'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | DeleteWorkspaceResult
     """


    return sync_detailed(
        id=id,
client=client,
force=force,
x_workspace_id=x_workspace_id,

    ).parsed

async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    force: DeleteWorkspaceForce | Unset = 'false',
    x_workspace_id: str | Unset = UNSET,

) -> Response[ApiError | DeleteWorkspaceResult]:
    """ Delete a workspace that has no keys, or with force one that has

     With `force` it takes no more keys at once, all that it has are refused within two seconds, and they
    are revoked. While the answer says `closing`, keys are left to be revoked: repeat the call.

    Args:
        id (str):
        force (DeleteWorkspaceForce | Unset):  Default: 'false'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ApiError | DeleteWorkspaceResult]
     """


    kwargs = _get_kwargs(
        id=id,
force=force,
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
    force: DeleteWorkspaceForce | Unset = 'false',
    x_workspace_id: str | Unset = UNSET,

) -> ApiError | DeleteWorkspaceResult | None:
    """ Delete a workspace that has no keys, or with force one that has

     With `force` it takes no more keys at once, all that it has are refused within two seconds, and they
    are revoked. While the answer says `closing`, keys are left to be revoked: repeat the call.

    Args:
        id (str):
        force (DeleteWorkspaceForce | Unset):  Default: 'false'.
        x_workspace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ApiError | DeleteWorkspaceResult
     """


    return (await asyncio_detailed(
        id=id,
client=client,
force=force,
x_workspace_id=x_workspace_id,

    )).parsed
