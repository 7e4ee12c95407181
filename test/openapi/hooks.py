"""What no schema can say of a valid request, for schemathesis (SCHEMATHESIS_HOOKS)."""

import itertools
import os
from datetime import datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st

# Expiries lie in the future, and at most ten years ahead; `from` and `until` take any time.
TOMORROW = datetime.now().replace(microsecond=0) + timedelta(days=1)
schemathesis.openapi.format(
    "date-time",
    st.datetimes(min_value=TOMORROW, max_value=TOMORROW + timedelta(days=3000)).map(
        lambda time: time.replace(microsecond=0, tzinfo=timezone.utc).isoformat()
    ),
)

# Blocks whose bits after the prefix are zero, which no pattern can say.
schemathesis.openapi.format(
    "cidr",
    st.one_of(
        st.ip_addresses(v=4).map(str),
        st.ip_addresses(v=6).map(str),
        st.integers(0, 255).map(lambda byte: f"{byte}.0.0.0/8"),
        st.sampled_from(["0.0.0.0/0", "203.0.113.0/24", "192.0.2.128/25", "::/0", "2001:db8::/32"]),
    ),
)

# An address is taken once: each is a new one, in both runs of the test.
ADDRESSES = itertools.count()
schemathesis.openapi.format(
    "idn-email", st.builds(lambda: f"person-{os.getpid()}-{next(ADDRESSES)}@example.com")
)

# Whether one is easy to guess, no schema can say.
schemathesis.openapi.format("password", st.builds(lambda: f"quartz-{next(ADDRESSES)}-Umbrella-lantern"))

# Lines of JSON are a text to OpenAPI 3.1.
LINES = [
    '{"type":"workspace","id":"imported","name":"Imported"}',
    '{"type":"api_key","sha256":"' + "0a" * 32 + '"}',
    '{"type":"api_key","sha256":"' + "1b" * 32 + '","workspace_id":"imported","scopes":["read"],"expires_at":null}',
]
schemathesis.openapi.format(
    "ndjson", st.lists(st.sampled_from(LINES), min_size=1, max_size=3).map("\n".join)
)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"].values():
        for operation in path.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/x-ndjson" in content:
                content["application/x-ndjson"]["schema"] = {"type": "string", "format": "ndjson"}


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    # Not a text: bytes that are none.
    return value.encode() if isinstance(value, str) else b"\xff"
