"""A worker that dies: `python -m tests.faults.dying_worker` runs intents and is killed among them.

Standard input: JSON with the database's URL, a spool, and which answer of the neighbour is the last
thing that the process hears; its effect there has been had by then.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from models.database import Database
from subgraphs.kit import Document
from subgraphs.kit.intent_worker import Intents
from subgraphs.kit.worker import Worker
from tests.kit.conftest import Room

DONE = text("INSERT INTO platform.kit_outside (key) VALUES (:key)")


class Deadly:
    """A neighbour whose last answer kills."""

    def __init__(self, db: Database, answers: int) -> None:
        self.db = db
        self.answers = answers

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        async with self.db.unit_of_work() as work:
            await work.execute(DONE, {"key": variables["key"]})
        self.answers -= 1
        if self.answers == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"data": {"check": variables["key"]}}


async def run(job: dict[str, Any]) -> None:
    db = Database(job["url"], connections=4)
    library: Any = Deadly(db, job["answers"])
    agents = Room(db, Path(job["spool"]), library=library).agents
    await Worker(db, Intents(agents), agents.capture, poll=timedelta(milliseconds=20)).run()


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
