"""Many sagas, a network that loses, delays and repeats, runners that die and freeze, cancellations.

What holds in the end: a saga that went on has each step's effect once, one that was canceled none.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Document
from subgraphs.kit.agents import Agents
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.saga_worker import Sagas
from subgraphs.kit.worker import Worker
from tests.kit.editor import Desk

pytestmark = pytest.mark.commits
SAGAS = 8
RUNNERS = 3
DEATHS = 20
BUSY = "SELECT id FROM platform.saga WHERE state NOT IN ('UNAVAILABLE', 'CANCELED')"
HURRY = """UPDATE platform.saga SET due_at = now() WHERE state NOT IN ('UNAVAILABLE', 'CANCELED')
    AND due_at > now() RETURNING id"""
FORGET = "UPDATE platform.saga_step SET due_at = NULL WHERE step <> 'approval' RETURNING step"
THAW = """UPDATE platform.saga SET leased_until = now() - interval '1 s'
    WHERE leased_until > now() RETURNING id"""


class Storm:
    """Stands on the way to the owner: loses questions, loses answers, delivers copies late."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self.desk = desk
        self.chance = chance
        self.late: list[asyncio.Task[Any]] = []
        self.calm = False

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        deliver = self.desk.way.deliver
        if self.calm:
            return await deliver(document, variables, sender, correlation)
        if self.chance.random() < 0.25:
            self.late.append(asyncio.create_task(self._later(document, variables, sender)))
        if self.chance.random() < 0.2:
            raise GraphUnavailable("lost on the way there")
        answer = await deliver(document, variables, sender, correlation)
        if self.chance.random() < 0.2:
            raise GraphUnavailable("lost on the way back")
        return answer

    async def _later(self, document: Document, variables: Mapping[str, Any], sender: Any) -> None:
        await asyncio.sleep(self.chance.random())
        await self.desk.way.deliver(document, variables, sender, "req_late")


async def test_each_step_once_or_nothing_at_all(db: Database, tmp_path: Path) -> None:
    desk = await Desk(db, tmp_path / "spool").open()
    chance = random.Random(7)
    storm = Storm(desk, chance)
    agents = replace(desk.agents, remote=storm)
    ids = [f"iss_{number:02}" for number in range(SAGAS)]
    for id in ids:
        await desk.begin(id)
        await desk.approve(id)
    workers = [asyncio.create_task(_runner(desk, agents)) for _ in range(RUNNERS)]
    canceled = chance.sample(ids, SAGAS // 2)
    for turn in range(DEATHS):
        await asyncio.sleep(chance.random() / 10)
        await desk.rows(FORGET)
        await desk.rows(HURRY)
        if turn % 3 == 0:
            await desk.rows(THAW)
        place = chance.randrange(RUNNERS)
        workers[place].cancel()
        workers[place] = asyncio.create_task(_runner(desk, agents))
        if turn % 2 == 0 and canceled:
            await desk.cancel(canceled.pop())
    storm.calm = True
    while await desk.rows(BUSY):
        await desk.rows(FORGET)
        await desk.rows(HURRY)
        await asyncio.sleep(0.05)
    await asyncio.gather(*storm.late)
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    await _check(desk)


async def _runner(desk: Desk, agents: Agents) -> None:
    await Worker(desk.db, Sagas(agents), desk.capture).run()


async def _check(desk: Desk) -> None:
    states = dict(await desk.rows("SELECT id, state FROM platform.saga"))
    assert Counter(states.values())["CANCELED"] == SAGAS // 2
    rows = await desk.rows("SELECT text FROM platform.kit_note WHERE stars = 0")
    kept = Counter(words for (words,) in rows if words.startswith("iss_"))
    expected = Counter[str]()
    for id, state in states.items():
        if state == "UNAVAILABLE":
            expected += Counter({id: 2, f"{id}/1": 1, f"{id}/2": 1})
    assert kept == expected
    statuses = await desk.rows("SELECT id, status FROM platform.kit_issue")
    assert dict(statuses) == {
        id: "published" if state == "UNAVAILABLE" else "dropped" for id, state in states.items()
    }
    assert await desk.rows("SELECT path FROM platform.captured_error") == []
