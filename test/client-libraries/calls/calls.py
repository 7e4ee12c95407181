"""A customer's program: the whole life of a key, and every kind of refusal. Prints what it has seen."""

import asyncio
import importlib
import inspect
import json
import sys

given = json.load(sys.stdin)
module = importlib.import_module(given["library"])
Client = getattr(module, given["name"])
keys = given["keys"]


def client_with(**options):
    return Client(endpoint=given["url"], max_retries=0, **options)


async def result_of(value):
    """Of a sync client what it gives, of an async one what it gives in the end."""
    return await value if inspect.isawaitable(value) else value


async def outcome(call):
    try:
        return {"result": await result_of(call())}
    except Exception as error:
        request_id = getattr(error, "request_id", None)
        return {
            "error": type(error).__name__,
            "message": str(error),
            "status": getattr(error, "status", None),
            "fields": [each.field for each in getattr(error, "errors", ())],
            "retryAfter": getattr(error, "retry_after", None),
            "hasRequestId": request_id is not None and request_id in str(error),
        }


async def status_of(client):
    return (await result_of(client.http.get("/v1/memories"))).status_code


async def until_refused(key):
    client = client_with(api_key=key)
    for _ in range(100):
        seen = await outcome(lambda: status_of(client))
        if "error" in seen:
            return seen


async def main():
    credential = given["credential"]
    token = credential.get("token")
    client = client_with(token_provider=lambda: token) if token else client_with(api_key=credential["apiKey"])
    auth, workspace = client.auth, given["workspaceId"]

    def call(key):
        return status_of(client_with(api_key=key))

    created = await result_of(auth.create_api_key(label="ci-runner", scopes=["read"], workspace_id=workspace))
    listed = await result_of(auth.list_api_keys(workspace))
    seen = {
        "created": {
            "name": created.name,
            "scopes": created.scopes,
            "workspaceId": created.workspace_id,
            "key": created.key,
        },
        "works": await outcome(lambda: call(created.key)),
        "got": (await result_of(auth.get_api_key(created.id))).name,
        "listed": [hasattr(key, "key") for key in listed if key.id == created.id],
    }
    rotated = await result_of(auth.rotate_api_key(created.id))
    seen["rotated"] = {"sameId": rotated.id == created.id, "other": rotated.key != created.key}
    seen["rotatedWorks"] = await outcome(lambda: call(rotated.key))
    await result_of(auth.revoke_api_key(created.id))
    seen["revoked"] = await outcome(lambda: call(rotated.key))
    seen["unknown"] = await outcome(lambda: auth.rotate_api_key("key_000000000000"))
    seen["invalid"] = await outcome(lambda: auth.create_api_key("ci", scopes=["nonsense"]))
    seen["wrong"] = await outcome(lambda: call(keys["wrong"]))
    reader = client_with(api_key=keys["reader"])
    seen["forbidden"] = await outcome(lambda: reader.auth.create_api_key("never"))
    seen["limited"] = await until_refused(keys["spent"])
    kept = []

    async def refreshed():
        client = client_with(refresh_token=given["refreshToken"], on_tokens=kept.append)
        status = await status_of(client)
        return [status, "string" if isinstance(kept[0].refresh_token, str) else None]

    seen["refreshed"] = await outcome(refreshed)
    print(json.dumps(seen))


asyncio.run(main())
