"""A sequencer in a process of its own, to be frozen and killed: `python -m tests.events.alone`.

Standard input: JSON with the URL of the database and the owner's name.
"""

import asyncio
import json
import sys

from events.sequencer import Sequencer
from models.database import Database
from tests.events.traffic import Wires


async def run(job: dict[str, str]) -> None:
    """Until it is killed."""
    wires = Wires(Database(job["url"], connections=3))
    sequencer = Sequencer(
        wires.db, wires.bell, wires.defects, owner=job["owner"], lease_seconds=1.0
    )
    await asyncio.gather(wires.bell.run(), sequencer.run())


if __name__ == "__main__":
    asyncio.run(run(json.load(sys.stdin)))
