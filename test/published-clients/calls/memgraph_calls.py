"""memgraph-sdk: how it learns whether a key is good, and what it makes of our answers."""

import contextlib
import io
import os
import time

from memgraph_sdk import MemgraphClient, cli
from outcome import observe, outcome, until_refused


async def calls(given):
    keys = given["keys"]
    # It sits a 429 out before it raises: for as long as it has read in Retry-After.
    pauses = []
    time.sleep = pauses.append

    def client(key):
        return MemgraphClient(api_key=keys[key], base_url=f"{given['url']}/v1", max_retries=1)

    def set_up(key):
        os.environ["MEMGRAPH_API_URL"] = f"{given['url']}/v1"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            cli.setup_cmd(keys[key])
        return printed.getvalue()

    every = ("good", "wrong", "revoked")
    return {
        "ping": {key: await outcome(client(key).ping) for key in every},
        "setup": {key: await outcome(lambda: set_up(key)) for key in every},
        "beliefs": {key: await outcome(lambda: client(key).get_beliefs("ada")) for key in every},
        "remember": {
            key: await outcome(lambda: client(key).remember("a fact", user_id="ada"))
            for key in ("good", "reader")
        },
        "analytics": {key: await outcome(client(key).analytics) for key in every},
        "search": {key: await outcome(lambda: client(key).search("a", user_id="ada")) for key in every},
        "limit": await until_refused(lambda: client("spent").get_beliefs("ada")),
        "pauses": pauses,
    }


observe(calls)
