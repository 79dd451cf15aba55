"""A platform that dies: `python -m tests.faults.dying` runs one mutation and is killed in it.

Standard input: JSON with the URL of each agent's database, the document that it dies after, the
mutation's name and input. SIGKILL comes when the other agent's answer has arrived.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from models.database import Database
from subgraphs.kit import Document
from tests.order.desk import mutation
from tests.order.shop import as_anna
from tests.order.wire import wire
from tests.platform import Platform


async def run(job: dict[str, Any]) -> None:
    """Does not come back."""

    async def die(document: Document) -> None:
        if document.name == job["after"]:
            os.kill(os.getpid(), signal.SIGKILL)

    databases = {agent: Database(url, connections=2) for agent, url in job["urls"].items()}
    platform = Platform(databases, Path(job["spool"]))
    wire(platform).after = die
    await platform.ask("order", mutation(job["name"]), as_anna, {"input": job["input"]})


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
