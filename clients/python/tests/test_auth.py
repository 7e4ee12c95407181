"""The sub-client `auth`, and the generated operations, as they speak to the server."""

import json
from datetime import datetime, timezone

import pytest
from conftest import Answer
from test_credentials import KEY

from latchkey_client import KeyNotShownError, LatchkeyError, NotFoundError
from latchkey_client.generated.api.accounts import get_me
from latchkey_client.generated.api.api_keys import create_key, get_key
from latchkey_client.generated.models import CreateKeyRequest
from latchkey_client.memgraph import AsyncMemgraphClient, MemgraphClient
from latchkey_client.nams import MemoryClient, SyncMemoryClient


def pages(asked):
    """Three keys on two pages."""
    if "cursor=two" in asked.path:
        return Answer(json={"data": [{**KEY, "id": "c"}], "next_cursor": None})
    return Answer(json={"data": [{**KEY, "id": "a"}, {**KEY, "id": "b"}], "next_cursor": "two"})


def test_a_list_is_all_of_it(caller, server):
    server(pages)
    keys = caller.run(caller.client().auth.list_api_keys("w 1").all())
    assert [key.id for key in keys] == ["a", "b", "c"]
    assert keys[0].created_at == datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert server.targets == [
        "GET /v1/api-keys?workspace_id=w+1",
        "GET /v1/api-keys?workspace_id=w+1&cursor=two",
    ]


def test_a_list_ends_after_an_empty_cursor(caller, server):
    server(lambda _: Answer(json={"data": [KEY], "next_cursor": ""}))
    assert len(caller.run(caller.client().auth.list_api_keys().all())) == 1


def test_a_list_of_which_a_page_names_itself_as_the_next_is_an_error(caller, server):
    server(lambda _: Answer(json={"data": [KEY], "next_cursor": "same"}))
    with pytest.raises(LatchkeyError, match="the cursor of a page as that of the next"):
        caller.run(caller.client().auth.list_api_keys().all())
    assert len(server.asked) == 2


def test_a_list_is_fetched_no_further_than_it_is_read(caller, server):
    server(pages)
    keys = caller.client().auth.list_api_keys()
    if caller.is_async:

        async def first():
            async for key in keys:
                return key

        assert caller.run(first()).id == "a"
        assert [key.id for key in caller.run(keys)] == ["a", "b", "c"]
    else:
        assert next(iter(keys)).id == "a"
        assert [key.id for key in keys] == ["a", "b", "c"]
    assert len(server.asked) == 3


def test_making_a_key_sends_its_fields_and_an_idempotency_key_of_its_own(caller, server):
    server([Answer(201, {**KEY, "key": "lk_new"})])
    auth = caller.client().auth
    fields = {"scopes": ["read"], "workspace_id": "w1", "expires_at": datetime(2027, 1, 1, tzinfo=timezone.utc)}
    assert caller.run(auth.create_api_key(label="ci-runner", **fields)).key == "lk_new"
    caller.run(auth.create_api_key("ci-runner", **fields))
    assert json.loads(server.asked[0].body) == {
        "name": "ci-runner",
        "scopes": ["read"],
        "workspace_id": "w1",
        "expires_at": "2027-01-01T00:00:00+00:00",
    }
    assert server.asked[0].body == server.asked[1].body
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 2


def test_a_key_whose_answer_was_lost_is_named(caller, server):
    server([Answer(instead="lost"), Answer(201, {**KEY, "id": "key_9"})])
    with pytest.raises(KeyNotShownError, match="rotate_api_key\\('key_9'\\)") as caught:
        caller.run(caller.client().auth.create_api_key("ci"))
    assert caught.value.id == "key_9"
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1


def test_a_key_without_a_name_is_a_mistake(caller, server):
    with pytest.raises(TypeError, match="one name"):
        caller.run(caller.client().auth.create_api_key())
    assert server.asked == []


def test_nothing_in_an_id_is_part_of_the_path(caller, server):
    caller.run(caller.client().auth.revoke_api_key("../users?x=/1"))
    assert server.targets == ["DELETE /v1/api-keys/..%2Fusers%3Fx%3D%2F1"]


def test_a_contract_has_its_rows_at_its_own_paths(caller, server):
    def script(asked):
        if asked.method == "GET" and asked.path.endswith("api-keys"):
            return Answer(json={"data": [], "next_cursor": None})
        is_new = asked.method == "POST" and asked.path.endswith("api-keys")
        return Answer(201 if is_new else 200, {**KEY, "key": "nams_a"})

    server(script)
    cls = MemoryClient if caller.is_async else SyncMemoryClient
    client = caller.client(cls, endpoint=f"{server.url}/v1/", api_key="nams_secret")
    caller.run(client.auth.list_api_keys().all())
    caller.run(client.auth.rotate_api_key("a"))
    body = CreateKeyRequest(name="ci")
    if caller.is_async:
        caller.run(get_key.asyncio(client=client.api, id="a/b"))
        created = caller.run(create_key.asyncio(client=client.api, body=body))
    else:
        get_key.sync(client=client.api, id="a/b")
        created = create_key.sync(client=client.api, body=body)
    assert created.key == "nams_a"
    caller.run(client.http.get("/entities"))
    assert server.targets == [
        "GET /v1/auth/api-keys",
        "POST /v1/auth/api-keys/a/rotate",
        "GET /v1/auth/api-keys/a%2Fb",
        "POST /v1/auth/api-keys",
        "GET /v1/entities",
    ]
    own = "application/vnd.latchkey+json"
    assert [asked.headers["accept"] for asked in server.asked] == [own] * 4 + ["*/*"]
    assert "idempotency-key" in server.asked[3].headers


def test_a_contract_says_which_rows_it_has_not(caller, server):
    cls = AsyncMemgraphClient if caller.is_async else MemgraphClient
    with pytest.raises(LatchkeyError, match="has no POST /v1/auth/refresh"):
        caller.run(caller.client(cls).auth.refresh_access_token("a"))


def test_a_generated_operation_fails_with_the_errors_of_the_client(caller, server):
    server([Answer(404, {"detail": "Gone.", "code": "not_found"})])
    api = caller.client().api
    with pytest.raises(NotFoundError):
        caller.run(get_me.asyncio(client=api) if caller.is_async else get_me.sync(client=api))


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_an_id_that_would_lead_to_another_path_is_refused_before_it_is_sent(caller, server, id):
    client = caller.client()
    for call in (client.auth.get_api_key, client.auth.revoke_api_key, client.auth.rotate_api_key):
        with pytest.raises(LatchkeyError, match="must not be empty or dots"):
            caller.run(call(id))
    operation = get_key.asyncio if caller.is_async else get_key.sync
    with pytest.raises(LatchkeyError, match="must not be empty or dots"):
        caller.run(operation(id, client=client.api))
    assert server.asked == []
