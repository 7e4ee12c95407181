"""memoryrelay: it learns that a key is bad from the first call, and from /v2/icm whether the server has it."""

from memoryrelay import AsyncMemoryRelay, MemoryCreate, MemoryRelay
from outcome import observe, outcome, until_refused


async def calls(given):
    keys = given["keys"]
    every = ("good", "wrong", "revoked")

    def client(key):
        return MemoryRelay(api_key=keys[key], base_url=given["url"])

    async def list_agents(key):
        async with AsyncMemoryRelay(api_key=keys[key], base_url=given["url"]) as other:
            return await other.agents.list()

    memory = MemoryCreate(agent_id="agent-123", content="a fact")
    return {
        "agents": {key: await outcome(client(key).agents.list) for key in every},
        "asyncAgents": {key: await outcome(lambda: list_agents(key)) for key in every},
        "create": await outcome(lambda: client("reader").memories.create(memory)),
        "delete": await outcome(lambda: client("reader").agents.delete("agent-123")),
        "limit": await until_refused(client("spent").agents.list),
        "capabilities": {key: await outcome(client(key).icm.capabilities) for key in every},
        "workspaces": await outcome(client("good").icm.list_workspaces),
    }


observe(calls)
