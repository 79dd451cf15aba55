"""The process that says facts: one event in each transaction, at even distances.

Prints when each was committed: just before its event was written and its transaction ended, so
that INSERT, COMMIT and the disk are in what is measured.
"""

import argparse
import asyncio
import json
import random
import sys
import time

import uvloop

from bench.latency import CORRELATION
from events.outbox import emit
from models.database import Cause, Database
from tests.events.traffic import updated

KEYS = 500
SAYERS = 12


async def say(db: Database, rate: float, count: int) -> list[float]:
    """Unix times, by the number of the event."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    committed = [0.0] * count

    async def one(sayer: int) -> None:
        for number in range(sayer, count, SAYERS):
            await asyncio.sleep(begin + number / rate - loop.time())
            cause = Cause("bench", f"{CORRELATION}{number}")
            async with db.unit_of_work(cause) as work:
                emit(work, updated(f"cus_{random.randrange(KEYS)}"))
                committed[number] = time.time()

    await asyncio.gather(*(one(sayer) for sayer in range(SAYERS)))
    return committed


async def main(arguments: argparse.Namespace) -> None:
    db = Database(arguments.url, connections=SAYERS)
    committed = await say(db, arguments.rate, arguments.count)
    await db.close()
    sys.stdout.write(json.dumps(committed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--count", type=int, required=True)
    uvloop.run(main(parser.parse_args()))
