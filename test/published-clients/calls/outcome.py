"""What calls of a client come to, as JSON for the test that looks at them."""

import asyncio
import inspect
import json
import sys


async def outcome(call):
    """The result of a call, or the client's own exception."""
    try:
        result = call()
        return {"result": await result if inspect.isawaitable(result) else result}
    except (Exception, SystemExit) as error:
        seen = {"error": type(error).__name__, "message": str(error)}
        for name, attribute in (("status", "status_code"), ("retryAfterSeconds", "retry_after")):
            if getattr(error, attribute, None) is not None:
                seen[name] = getattr(error, attribute)
        return seen


async def until_refused(call, attempts=100):
    """The first outcome of a call that is an error."""
    for _ in range(attempts):
        seen = await outcome(call)
        if "error" in seen:
            return seen
    return seen


def observe(calls):
    """Runs an async function on what the test gives, and prints what it gives."""
    seen = asyncio.run(calls(json.load(sys.stdin)))
    print(json.dumps(seen, default=lambda value: value.model_dump(mode="json")))
