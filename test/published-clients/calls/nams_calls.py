"""neo4j-agent-memory: its connect proves a key, its auth client manages keys."""

import asyncio

from neo4j_agent_memory import MemoryClient, MemorySettings
from neo4j_agent_memory.config.settings import NamsConfig
from outcome import observe, outcome, until_refused


async def calls(given):
    keys = given["keys"]
    workspace = given["workspaceId"]

    def client(key, retries=0):
        return MemoryClient(
            MemorySettings(
                backend="nams",
                nams=NamsConfig(endpoint=f"{given['url']}/v1", api_key=key, max_retries=retries),
            )
        )

    async def connect(key):
        async with client(key):
            return "connected"

    async def with_client(key, call):
        async with client(key) as connected:
            return await call(connected)

    async def limit():
        async def pause(seconds):
            return None

        # It would sit the 429 out once, and says afterwards for how long.
        sleep, asyncio.sleep = asyncio.sleep, pause
        try:
            async with client(keys["spent"], retries=1) as connected:
                return await until_refused(lambda: connected.short_term.list_conversations(limit=1))
        finally:
            asyncio.sleep = sleep

    async def lifecycle():
        async with client(keys["good"]) as connected:
            auth = connected.auth
            created = await auth.create_api_key("ci-runner", scopes=["read"], workspace_id=workspace)
            steps = {"created": created, "works": await outcome(lambda: connect(created.key))}
            steps["listed"] = next(
                key for key in await auth.list_api_keys(workspace) if key.id == created.id
            )
            rotated = await auth.rotate_api_key(created.id)
            steps["rotated"] = {"old": await outcome(lambda: connect(created.key))}
            steps["rotated"]["new"] = await outcome(lambda: connect(rotated.key))
            await auth.revoke_api_key(rotated.id)
            steps["revoked"] = await outcome(lambda: connect(rotated.key))
            steps["unknown"] = await outcome(lambda: auth.rotate_api_key("key_000000000000"))
            return steps

    return {
        "connect": {key: await outcome(lambda: connect(keys[key])) for key in ("good", "wrong", "revoked")},
        "create": await outcome(
            lambda: with_client(keys["reader"], lambda connected: connected.auth.create_api_key("never"))
        ),
        "limit": await limit(),
        "lifecycle": await lifecycle(),
        "refresh": await outcome(
            lambda: with_client(
                keys["good"], lambda connected: connected.auth.refresh_access_token(given["refreshToken"])
            )
        ),
        "query": await outcome(
            lambda: with_client(
                keys["reader"], lambda connected: connected.query.cypher("MATCH (n) RETURN n")
            )
        ),
    }


observe(calls)
