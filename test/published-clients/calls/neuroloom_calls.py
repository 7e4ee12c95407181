"""neuroloom-mcp: its server lets in who the API knows; its client searches by POST."""

import os

from outcome import observe, outcome, until_refused


async def calls(given):
    keys = given["keys"]
    os.environ.update(
        MEMORIES_API_URL=given["url"],
        MEMORIES_API_TOKEN=keys["good"],
        MEMORIES_WORKSPACE_ID=given["workspaceId"],
    )
    from neuroloom_mcp.auth import APIKeyAuthMiddleware
    from neuroloom_mcp.client import NeuroloomAPIClient

    async def with_client(key, call):
        async with NeuroloomAPIClient(token=keys[key]) as client:
            return await call(client)

    async def lets_in(key):
        """The status that a caller of its server gets: 200 is the server's own."""
        statuses = []

        async def server(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})

        async def send(event):
            statuses.extend([event["status"]] if "status" in event else [])

        headers = [(b"authorization", f"Bearer {keys[key]}".encode())]
        request = {"type": "http", "path": "/mcp", "headers": headers}
        # It gives us three seconds and then says 503, "retry your request": a busy machine may need more.
        while len(statuses) < 10 and statuses[-1:] in ([], [503]):
            await APIKeyAuthMiddleware(server)(request, None, send)
        return statuses[-1]

    every = ("good", "wrong", "revoked")
    list_workspaces = lambda client: client.list_workspaces()  # noqa: E731
    return {
        "workspaces": {key: await outcome(lambda: with_client(key, list_workspaces)) for key in every},
        "server": {key: await outcome(lambda: lets_in(key)) for key in every},
        "store": {
            key: await outcome(lambda: with_client(key, lambda client: client.store_memory(given["workspaceId"], "a", "fact", "b")))
            for key in ("good", "reader")
        },
        "searches": {
            "search": await outcome(
                lambda: with_client("reader", lambda client: client.search_memories("a"))
            ),
            "explore": await outcome(
                lambda: with_client("reader", lambda client: client.explore_memories("a"))
            ),
            "context": await outcome(
                lambda: with_client("reader", lambda client: client.get_code_context(symbol_name="a"))
            ),
        },
        "limit": await until_refused(lambda: with_client("spent", list_workspaces)),
    }


observe(calls)
