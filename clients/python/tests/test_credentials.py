"""What a client proves itself with, how tokens are renewed, and where secrets never are."""

import asyncio
import base64
import copy
import json
import logging
import pickle
import time
import traceback

import pytest
from conftest import Answer

from latchkey_client import AuthenticationError, Latchkey, LatchkeyError
from latchkey_client.generated.models.created_api_key import CreatedApiKey
from latchkey_client.memgraph import AsyncMemgraphClient, MemgraphClient
from latchkey_client.memoryrelay import AsyncMemoryRelay, MemoryRelay

SECRET = "lk_live_topsecret"
KEY = {
    "id": "key_1",
    "name": "ci",
    "key_prefix": "lk_live_abc…",
    "workspace_id": "w1",
    "environment": "live",
    "scopes": ["read"],
    "status": "active",
    "is_active": True,
    "allowed_ips": [],
    "metadata": {},
    "created_at": "2026-01-01T00:00:00.000Z",
    "created_by": "u1",
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": None,
    "last_used_ip": None,
    "request_count": 0,
    "previous_key_expires_at": None,
}


def jwt(id, seconds_left):
    payload = json.dumps({"id": id, "exp": time.time() + seconds_left}).encode()
    return f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.sig"


class Provider:
    """Gives tokens, one after the other, and counts."""

    def __init__(self, caller, tokens):
        self.calls = 0
        self._tokens = tokens
        self.given = self._asynchronously if caller.is_async else self._at_once

    def _next(self):
        self.calls += 1
        return self._tokens[min(self.calls, len(self._tokens)) - 1]

    def _at_once(self):
        time.sleep(0.05)
        return self._next()

    async def _asynchronously(self):
        await asyncio.sleep(0.05)
        return self._next()


def test_an_api_key_is_sent_as_a_bearer_credential(caller, server):
    caller.run(caller.client(api_key="lk_secret").http.get("/v1/memories"))
    assert server.authorizations == ["Bearer lk_secret"]


def test_memgraphs_is_sent_in_its_own_header_and_its_tokens_are_not(caller, server):
    cls = AsyncMemgraphClient if caller.is_async else MemgraphClient
    caller.run(caller.client(cls, api_key="mg_live_a", tenant_id="t1").http.get("/v1/stats"))
    caller.run(caller.client(cls, token_provider=lambda: "token").http.get("/v1/stats"))
    assert [asked.headers.get("x-api-key") for asked in server.asked] == ["mg_live_a", None]
    assert server.authorizations == [None, "Bearer token"]


def test_a_credential_goes_to_no_other_server_by_a_redirect(caller, server):
    elsewhere = server.url.replace("127.0.0.1", "localhost") + "/elsewhere"
    server(lambda asked: Answer() if asked.path == "/elsewhere" else Answer(307, headers={"Location": elsewhere}))
    cls = AsyncMemgraphClient if caller.is_async else MemgraphClient
    caller.run(caller.client().http.get("/v1/stats", follow_redirects=True))
    answer = caller.run(caller.client(cls).http.get("/v1/stats", follow_redirects=True))
    assert answer.status_code == 307
    assert [asked.path for asked in server.asked] == ["/v1/stats", "/elsewhere", "/v1/stats"]
    assert server.authorizations[1] is None


def test_it_comes_from_the_profiles_own_variable_else_from_latchkeys(caller, server, monkeypatch):
    cls = AsyncMemoryRelay if caller.is_async else MemoryRelay
    monkeypatch.setenv("LATCHKEY_ENDPOINT", server.url)
    monkeypatch.setenv("LATCHKEY_API_KEY", "lk_general\n")
    caller.run(cls().http.get("/v1/agents"))
    monkeypatch.setenv("MEMORYRELAY_API_KEY", "mem_own")
    caller.run(cls().http.get("/v1/agents"))
    assert server.authorizations == ["Bearer lk_general", "Bearer mem_own"]


def test_one_that_is_missing_is_an_authentication_error_which_names_the_variable():
    with pytest.raises(AuthenticationError) as caught:
        MemoryRelay(endpoint="https://api.example")
    expected = "API key is required. Provide via api_key parameter or MEMORYRELAY_API_KEY environment variable."
    assert str(caught.value) == expected


def test_none_is_sent_by_an_anonymous_client(caller, server):
    caller.run(caller.client(anonymous=True).http.get("/health"))
    assert server.authorizations == [None]


def test_more_than_one_is_refused():
    with pytest.raises(AuthenticationError, match="one of api_key"):
        Latchkey(endpoint="https://api.example", api_key="a", token_provider=lambda: "b")


@pytest.mark.parametrize(
    "endpoint", ["http://api.example", "ftp://api.example", "api.example", "https://user:pass@api.example"]
)
def test_an_endpoint_that_would_not_keep_the_credential_is_refused(endpoint):
    with pytest.raises(LatchkeyError):
        Latchkey(endpoint=endpoint, api_key="lk_secret")


def test_another_server_is_refused_before_anything_is_sent(caller, server):
    with pytest.raises(LatchkeyError, match="sends its credential to"):
        caller.run(caller.client().http.get("https://other.example/v1"))
    assert server.asked == []


def test_many_calls_at_once_share_a_token_that_is_being_fetched(caller, server):
    provider = Provider(caller, [jwt("a", 900)])
    client = caller.client(token_provider=provider.given)
    caller.many(lambda: client.http.get("/v1/memories"), 20)
    caller.run(client.http.get("/v1/memories"))
    assert provider.calls == 1
    assert len(server.asked) == 21


def test_a_token_is_renewed_before_it_expires(caller, server):
    tokens = [jwt("a", 20), jwt("b", 900)]
    client = caller.client(token_provider=Provider(caller, tokens).given)
    for _ in range(3):
        caller.run(client.http.get("/v1/memories"))
    assert server.authorizations == [f"Bearer {token}" for token in (tokens[0], tokens[1], tokens[1])]


def test_a_token_of_another_form_is_asked_for_anew_each_time(caller, server):
    provider = Provider(caller, ["opaque"])
    client = caller.client(token_provider=provider.given)
    for _ in range(3):
        caller.run(client.http.get("/v1/memories"))
    assert provider.calls == 3


def test_a_token_that_is_refused_is_replaced_once_for_all_calls_writes_too(caller, server):
    ended, good = jwt("a", 900), jwt("b", 900)
    server(lambda asked: Answer(200 if asked.headers["authorization"] == f"Bearer {good}" else 401))
    provider = Provider(caller, [ended, good])
    client = caller.client(token_provider=provider.given)
    answers = caller.many(lambda: client.http.post("/v1/memories", json={}), 10)
    assert [answer.status_code for answer in answers] == [200] * 10
    assert provider.calls == 2


def test_a_second_refusal_is_an_authentication_error(caller, server):
    server([Answer(401, {"detail": "Ended."})])
    client = caller.client(token_provider=Provider(caller, [jwt(str(n), 900) for n in range(9)]).given)
    with pytest.raises(AuthenticationError):
        caller.run(client.http.get("/v1/memories"))
    assert len(server.asked) == 2


def test_the_error_of_the_provider_is_what_the_call_fails_with(caller, server):
    def provider():
        raise OSError("the store is down")

    with pytest.raises(OSError, match="the store is down"):
        caller.run(caller.client(token_provider=provider).http.get("/v1/memories"))
    assert server.asked == []


def test_a_sync_client_says_that_it_takes_no_async_provider(server):
    async def provider():
        return "token"

    with pytest.raises(TypeError, match="must give a str"):
        Latchkey(endpoint=server.url, token_provider=provider).http.get("/v1/memories")


def test_a_refresh_token_is_exchanged_once_for_many_calls_and_the_next_one_is_kept(caller, server):
    def script(asked):
        if asked.path != "/v1/auth/refresh":
            return Answer()
        after = "after " + json.loads(asked.body)["refresh_token"]
        return Answer(json={"access_token": jwt("a", 900), "refresh_token": after, "expires_in": 900})

    server(script)
    kept = []
    client = caller.client(refresh_token="first", on_tokens=kept.append)
    caller.many(lambda: client.http.get("/v1/memories"), 20)
    exchanges = [asked for asked in server.asked if asked.path == "/v1/auth/refresh"]
    assert [asked.headers.get("authorization") for asked in exchanges] == [None]
    assert [tokens.refresh_token for tokens in kept] == ["after first"]


def test_secrets_are_in_no_printing(caller, server, caplog):
    def script(asked):
        if asked.path == "/v1/auth/refresh":
            return Answer(json={"access_token": SECRET, "refresh_token": SECRET, "expires_in": 1})
        return Answer(json={**KEY, "key": SECRET}) if "api-keys" in asked.path else Answer(400, {"detail": "No."})

    server(script)
    caplog.set_level(logging.DEBUG)
    client = caller.client(api_key=SECRET)
    issued = caller.run(client.auth.create_api_key("ci"))
    rotated = caller.run(client.auth.rotate_api_key("key_1"))
    pair = caller.run(client.auth.refresh_access_token(SECRET))
    assert [issued.key, rotated.key, pair.access_token, pair.refresh_token] == [SECRET] * 4
    with pytest.raises(LatchkeyError) as refused:
        caller.run(client.http.get("/fail"))
    with pytest.raises(LatchkeyError) as lost:
        caller.run(caller.client(api_key=SECRET, endpoint="http://127.0.0.1:1", max_retries=0).http.get("/"))
    model = CreatedApiKey.from_dict({**KEY, "key": SECRET})
    values = [client, client.auth, client.http, client.api, issued, rotated, pair, model, refused.value, lost.value]
    for value in values:
        assert SECRET not in f"{value!r} {value!s} {value}"
    assert SECRET not in "".join(traceback.format_exception(lost.value))
    assert SECRET not in json.dumps(issued.to_dict(), default=str)
    assert SECRET not in caplog.text
    assert "key_1" in repr(issued)
    for value in (client, client.auth, issued, pair):
        for copied in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="holds a secret"):
                copied(value)
