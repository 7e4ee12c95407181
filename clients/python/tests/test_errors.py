"""Which error an answer is, in each of the forms that contracts, OAuth and API Gateway give it."""

import json
from datetime import datetime, timezone

import httpx
import pytest

import latchkey_client as lk
from latchkey_client._errors import error_of, retry_after_seconds


def answer(status, body, headers=None):
    return error_of(httpx.Response(status, text=body if isinstance(body, str) else json.dumps(body), headers=headers))


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (400, lk.ValidationError),
        (401, lk.AuthenticationError),
        (403, lk.PermissionError),
        (404, lk.NotFoundError),
        (405, lk.LatchkeyError),
        (409, lk.ConflictError),
        (422, lk.ValidationError),
        (429, lk.RateLimitError),
        (500, lk.ServerError),
        (503, lk.ServerError),
    ],
)
def test_each_status_is_its_own_class(status, error_class):
    assert type(answer(status, {})) is error_class


FIELDS = [{"field": "scopes", "message": "must be some of read"}]


@pytest.mark.parametrize(
    "body",
    [
        {"code": "c", "detail": "Wrong.", "message": "Wrong.", "error": "Wrong.", "request_id": "r", "errors": FIELDS},
        {"error": {"code": "c", "message": "Wrong.", "details": FIELDS}, "meta": {"request_id": "r"}},
        {"type": "c", "message": "Wrong.", "code": 400, "request_id": "r", "detail": "Wrong.", "errors": FIELDS},
    ],
)
def test_text_code_wrong_fields_and_request_id_are_read(body):
    error = answer(400, body)
    assert (error.code, str(error), error.request_id) == ("c", "Wrong. (request r)", "r")
    assert error.errors == (lk.FieldError("scopes", "must be some of read"),)


def test_those_of_oauths_form_are_read():
    error = answer(400, {"error": "invalid_grant", "error_description": "Ended.", "request_id": "r"})
    assert (error.code, str(error)) == ("invalid_grant", "Ended. (request r)")


@pytest.mark.parametrize("body", ["", "<html>", "null", "[1]", '{"message": 5}'])
def test_a_body_that_says_nothing_is_told_by_its_status(body):
    error = answer(502, body)
    assert (error.code, str(error), error.request_id) == ("", "The server answered with status 502.", None)


def test_the_header_names_the_request_where_the_body_does_not():
    assert answer(500, {}, {"X-Request-ID": "req_2"}).request_id == "req_2"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("32", 32),
        (" 0 ", 0),
        ("Fri, 27 Nov 2026 20:00:30 GMT", 30),
        ("Fri, 27 Nov 2026 19:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after_seconds(header, datetime(2026, 11, 27, 20, tzinfo=timezone.utc).timestamp()) == seconds


def test_a_retry_after_of_any_length_is_a_number_of_seconds():
    assert (retry_after_seconds("9" * 5000, 0.0) or 0) > 60


@pytest.mark.parametrize(
    "header",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Mon, 01 Jan 2026 99:99:99 GMT",
    ],
)
def test_a_retry_after_that_is_no_date_of_a_calendar_is_none_or_a_time(header):
    assert (retry_after_seconds(header, 0.0) or 0) >= 0


def test_a_body_of_brackets_in_brackets_is_an_error_of_its_status():
    assert type(answer(503, "[" * 200_000)) is lk.ServerError
