"""Workers killed by SIGKILL between doing and recording: done at least once, recorded once."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import Cause, Database
from subgraphs.kit import intents
from tests.kit.room.intents import BORROW
from tests.kit.room.tables import create_table

pytestmark = pytest.mark.commits

OUTSIDE = text("CREATE TABLE platform.kit_outside (key text NOT NULL)")
LEASES_END = text("""
    UPDATE platform.intent SET leased_until = now() - interval '1 second'
    WHERE leased_until > now() RETURNING key
""")
LEFT = text("SELECT key FROM platform.intent")
INTENTS = 24
DEATHS = 4


async def _live(db: Database, spool: Path, answers: int) -> int:
    """One worker's life, which the last of so many answers ends; how it ended."""
    url = db.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.dying_worker", stdin=asyncio.subprocess.PIPE
    )
    job = {"url": url, "spool": str(spool), "answers": answers}
    talking = asyncio.create_task(process.communicate(json.dumps(job).encode()))
    while not talking.done():
        await asyncio.wait([talking], timeout=0.05)
        if not talking.done() and not await db.rows(LEFT):
            process.terminate()
    assert process.returncode is not None
    return process.returncode


async def test_done_at_least_once_and_recorded_once(db: Database, tmp_path: Path) -> None:
    await create_table(db)
    async with db.unit_of_work(Cause("system", "req_1")) as work:
        await work.execute(OUTSIDE)
        for number in range(INTENTS):
            await intents.add(work, BORROW, f"k{number:02}", {"text": "milk"})
    ends = list[int]()

    async def lives() -> None:
        while await db.rows(LEFT):
            mortal = len(ends) < DEATHS
            ends.append(await _live(db, tmp_path / "spool", 3 if mortal else 0))
            await db.rows(LEASES_END)

    await asyncio.gather(lives(), lives())
    assert ends.count(-signal.SIGKILL) >= DEATHS
    done = [key for (key,) in await db.rows(text("SELECT key FROM platform.kit_outside"))]
    recorded = await db.rows(text("SELECT text FROM platform.kit_note"))
    keys = [f"k{number:02}" for number in range(INTENTS)]
    assert sorted(key for (key,) in recorded) == keys
    assert sorted(set(done)) == keys
    assert len(done) > INTENTS
