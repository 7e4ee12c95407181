from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.exchange_token_request import ExchangeTokenRequest
from ...models.exchanged_tokens import ExchangedTokens
from ...models.o_auth_error import OAuthError
from ...types import UNSET, Unset
from typing import cast


def _get_kwargs(
    *,
    body:    ExchangeTokenRequest  |     ExchangeTokenRequest  | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/auth/exchange",
    }

    if isinstance(body, ExchangeTokenRequest):

        if not isinstance(body, Unset):
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, ExchangeTokenRequest):
        if not isinstance(body, Unset):
            _kwargs["data"] = body.to_dict()
        headers["Content-Type"] = "application/x-www-form-urlencoded"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ExchangedTokens | OAuthError | None:
    if response.status_code == 200:
        response_200 = ExchangedTokens.from_dict(response.json())


        return response_200

    if response.status_code == 400:
        response_400 = OAuthError.from_dict(response.json())


        return response_400

    if response.status_code == 401:
        response_401 = OAuthError.from_dict(response.json())


        return response_401

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ExchangedTokens | OAuthError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body:    ExchangeTokenRequest  |     ExchangeTokenRequest  | Unset = UNSET,

) -> Response[ExchangedTokens | OAuthError]:
    """ Exchange the token of an identity provider for ours

     The token stands in `Authorization: Bearer`, or the body has the parameters of RFC 8693. It can be
    exchanged once. `unsupported_grant_type` where no identity provider is configured.

    Args:
        body (ExchangeTokenRequest | Unset):
        body (ExchangeTokenRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ExchangedTokens | OAuthError]
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
    body:    ExchangeTokenRequest  |     ExchangeTokenRequest  | Unset = UNSET,

) -> ExchangedTokens | OAuthError | None:
    """ Exchange the token of an identity provider for ours

     The token stands in `Authorization: Bearer`, or the body has the parameters of RFC 8693. It can be
    exchanged once. `unsupported_grant_type` where no identity provider is configured.

    Args:
        body (ExchangeTokenRequest | Unset):
        body (ExchangeTokenRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ExchangedTokens | OAuthError
     """


    return sync_detailed(
        client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body:    ExchangeTokenRequest  |     ExchangeTokenRequest  | Unset = UNSET,

) -> Response[ExchangedTokens | OAuthError]:
    """ Exchange the token of an identity provider for ours

     The token stands in `Authorization: Bearer`, or the body has the parameters of RFC 8693. It can be
    exchanged once. `unsupported_grant_type` where no identity provider is configured.

    Args:
        body (ExchangeTokenRequest | Unset):
        body (ExchangeTokenRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ExchangedTokens | OAuthError]
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
    body:    ExchangeTokenRequest  |     ExchangeTokenRequest  | Unset = UNSET,

) -> ExchangedTokens | OAuthError | None:
    """ Exchange the token of an identity provider for ours

     The token stands in `Authorization: Bearer`, or the body has the parameters of RFC 8693. It can be
    exchanged once. `unsupported_grant_type` where no identity provider is configured.

    Args:
        body (ExchangeTokenRequest | Unset):
        body (ExchangeTokenRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ExchangedTokens | OAuthError
     """


    return (await asyncio_detailed(
        client=client,
body=body,

    )).parsed
