"""What is sent again, when, and what is not."""

import logging
import socket
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from conftest import Answer

from latchkey_client import ConnectionError, LatchkeyError, RateLimitError, ServerError, TimeoutError
from latchkey_client._retries import pause_seconds

BUSY = Answer(503, {"detail": "Busy."})
LOST = Answer(instead="lost")
WRITE = {"json": {"text": "a"}}


def test_a_read_that_is_refused_for_load_is_sent_again_and_answers(caller, server):
    server([BUSY, BUSY, Answer(json={"ok": True})])
    assert caller.run(caller.client().http.get("/v1/memories")).json() == {"ok": True}
    assert len(server.asked) == 3


def test_no_more_than_max_retries_times_and_the_last_refusal_is_raised(caller, server):
    server([BUSY])
    with pytest.raises(ServerError):
        caller.run(caller.client(max_retries=1).http.get("/v1/memories"))
    assert len(server.asked) == 2


def test_retry_after_in_seconds_is_waited_for(caller, server):
    server([Answer(429, headers={"Retry-After": "1"}), Answer()])
    caller.run(caller.client().http.get("/v1/memories"))
    assert server.asked[1].at - server.asked[0].at >= 0.99


def test_retry_after_as_a_date_is_waited_for(caller, server):
    def script(_asked):
        soon = datetime.now(timezone.utc) + timedelta(seconds=2)
        # A date has no parts of seconds: two of them are more than one.
        headers = {"Retry-After": format_datetime(soon, usegmt=True)}
        return Answer(503, headers=headers) if len(server.asked) == 1 else Answer()

    server(script)
    caller.run(caller.client().http.get("/v1/memories"))
    assert server.asked[1].at - server.asked[0].at >= 0.95


def test_who_should_come_again_after_a_minute_or_more_is_told_at_once(caller, server):
    server([Answer(429, headers={"Retry-After": "61"})])
    with pytest.raises(RateLimitError) as caught:
        caller.run(caller.client().http.get("/v1/memories"))
    assert caught.value.retry_after == 61
    assert len(server.asked) == 1


@pytest.mark.parametrize(("attempt", "bound"), list(enumerate([0.5, 1, 2, 4, 8, 8])))
def test_the_pause_is_anything_up_to_a_bound_that_doubles(attempt, bound):
    assert pause_seconds(attempt, LatchkeyError(""), lambda: 0) == 0
    assert pause_seconds(attempt, LatchkeyError(""), lambda: 0.999) == pytest.approx(bound * 0.999)


def test_the_pause_is_never_shorter_than_retry_after():
    assert pause_seconds(0, RateLimitError("", retry_after=30), lambda: 0) == 30
    assert pause_seconds(0, RateLimitError("", retry_after=30), lambda: 1) == 30.5


@pytest.mark.parametrize("answer", [BUSY, Answer(429, headers={"Retry-After": "0"}), LOST])
def test_a_write_without_an_idempotency_key_is_never_sent_twice(caller, server, answer):
    server([answer, Answer()])
    with pytest.raises(LatchkeyError):
        caller.run(caller.client().http.post("/v1/memories", **WRITE))
    assert len(server.asked) == 1


def test_such_a_write_is_sent_again_where_no_connection_was_made(caller, caplog):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with caplog.at_level(logging.INFO, "latchkey_client"), pytest.raises(ConnectionError):
        caller.run(caller.client(endpoint=url).http.post("/v1/memories", **WRITE))
    assert sum("attempt" in record.message for record in caplog.records) == 3


@pytest.mark.parametrize("answer", [BUSY, LOST, Answer(409, {"code": "request_in_flight"})])
def test_a_write_with_an_idempotency_key_is_sent_again_with_the_same_key_and_body(caller, server, answer):
    server([answer, Answer()])
    headers = {"Idempotency-Key": "once"}
    caller.run(caller.client().http.post("/v1/memories", headers=headers, **WRITE))
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["once", "once"]
    assert len({asked.body for asked in server.asked}) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 502])
def test_a_refusal_for_good_is_not_sent_again(caller, server, status):
    server([Answer(status)])
    with pytest.raises(LatchkeyError) as caught:
        caller.run(caller.client().http.get("/v1/memories"))
    assert caught.value.status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize("instead", ["lost", "lost in the body"])
def test_a_read_whose_answer_is_lost_is_sent_again(caller, server, instead):
    server([Answer(json={"a": "b"}, instead=instead), Answer(json={"ok": True})])
    assert caller.run(caller.client().http.get("/v1/memories")).json() == {"ok": True}
    assert len(server.asked) == 2


def test_a_server_that_says_nothing_is_given_up_after_timeout_seconds(caller, server):
    server([Answer(instead="never")])
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        caller.run(caller.client(timeout_seconds=0.2, max_retries=1).http.get("/v1/memories"))
    assert len(server.asked) == 2
    assert time.monotonic() - started < 10


def test_each_sending_is_logged_without_query_headers_or_body(caller, server, caplog):
    server([Answer(503, headers={"X-Request-ID": "req_1"}), Answer(headers={"X-Request-ID": "req_2"})])
    with caplog.at_level(logging.INFO, "latchkey_client"):
        caller.run(caller.client().http.get("/v1/memories?q=private"))
    lines = [record.message for record in caplog.records if record.name == "latchkey_client"]
    assert lines == [
        f"GET {server.url}/v1/memories: 503 (attempt 1, request req_1), again in 0.0 s",
        f"GET {server.url}/v1/memories: 200 (attempt 2, request req_2)",
    ]
