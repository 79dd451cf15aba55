"""A runner of sagas that dies: `python -m tests.faults.dying_runner` leads orders until then.

Standard input: JSON with the URL of each agent's database, a spool, and how many answers of other
agents it lives to hear; 0 is for ever. In each life it hears every fact from the first one on.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from models.database import Database
from subgraphs.inventory.timers import TIMERS
from subgraphs.kit import Document
from subgraphs.kit.intent_worker import Intents
from subgraphs.kit.saga_worker import Sagas
from subgraphs.kit.schedule import Schedule
from subgraphs.kit.worker import Worker
from subgraphs.order.settings import OrderSettings
from tests.hearing import Hearing
from tests.order.leading import BY_HAND
from tests.order.wire import wire
from tests.platform import Platform

POLL = 0.05


async def run(job: dict[str, Any]) -> None:
    """Does not come back."""
    answers = job["answers"]

    async def die(document: Document) -> None:
        nonlocal answers
        answers -= 1
        if answers == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    databases = {agent: Database(url, connections=6) for agent, url in job["urls"].items()}
    platform = Platform(databases, Path(job["spool"]), settings={OrderSettings: BY_HAND})
    wire(platform).after = die
    order, inventory = platform.agent("order"), platform.agent("inventory")
    hearings = [Hearing(order, "order"), Hearing(inventory, "inventory")]
    schedule = Schedule(inventory.db, TIMERS, inventory.capture)
    beside = [
        Worker(order.db, Sagas(order), order.capture).run(),
        Worker(order.db, Intents(order), order.capture).run(),
    ]
    running = [asyncio.create_task(each) for each in beside]
    while not any(each.done() for each in running):
        await schedule.tick()
        for hearing in hearings:
            await hearing.listen()
        await asyncio.sleep(POLL)


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
