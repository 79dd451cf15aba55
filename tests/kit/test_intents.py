"""Intents: done outside once they are committed, recorded once, tried again until they succeed."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from models.database import Cause, inside_unit_of_work
from subgraphs.kit import Document, intents
from subgraphs.kit.intent_worker import Due, Intents
from subgraphs.kit.worker import Worker
from tests.kit.conftest import Room
from tests.kit.room.intents import BORROW

ANNAS = Cause("agent:note", "req_1", causation_id="evt_1", on_behalf_of="cus_ANNA")
NOTES = "SELECT owner_id, text FROM platform.kit_note"
LEFT = "SELECT key, attempts, lease IS NULL, due_at > now() FROM platform.intent"


async def _add(room: Room, *keys: str, cause: Cause = ANNAS, text: str = "milk") -> None:
    async with room.db.unit_of_work(cause) as work:
        for key in keys:
            await intents.add(work, BORROW, key, {"text": text})


def _worker(room: Room) -> Worker[Due]:
    agents = room.agents
    return Worker(agents.db, Intents(agents), agents.capture, poll=timedelta(seconds=30))


async def test_it_is_done_outside_and_recorded(room: Room) -> None:
    room.library.says = ["tea"]
    await _add(room, "k1")
    assert await _worker(room).tick() == 1
    assert await _worker(room).tick() == 0
    assert await room.rows(NOTES) == [("cus_ANNA", "tea")]
    assert await room.rows("SELECT * FROM platform.intent") == []
    assert room.library.was_asked == [{"t": "milk", "key": "k1"}]
    [sender] = room.library.asked_by
    assert (sender.id, sender.on_behalf_of) == ("agent:note", "cus_ANNA")
    [row] = await room.rows(
        "SELECT actor, on_behalf_of, correlation_id, causation_id FROM platform.outbox"
    )
    assert row == ("agent:note", "cus_ANNA", "req_1", "evt_1")


async def test_whoever_writes_it_is_whom_it_is_done_for(room: Room) -> None:
    room.library.says = ["tea"]
    await _add(room, "k1", cause=Cause("cus_BERT", "req_2"))
    await _worker(room).tick()
    assert await room.rows(NOTES) == [("cus_BERT", "tea")]


async def test_what_is_not_committed_is_not_done(room: Room) -> None:
    async def undone() -> None:
        async with room.db.unit_of_work(ANNAS) as work:
            await intents.add(work, BORROW, "k1", {"text": "milk"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    assert await _worker(room).tick() == 0
    assert room.library.was_asked == []


async def test_a_key_that_waits_already_stays_as_it_is(room: Room) -> None:
    room.library.says = ["tea"]
    await _add(room, "k1")
    await _add(room, "k1", text="beer")
    while await _worker(room).tick():
        pass
    assert room.library.was_asked == [{"t": "milk", "key": "k1"}]


async def test_one_that_is_not_due_waits(room: Room) -> None:
    async with room.db.unit_of_work(ANNAS) as work:
        later = work.now + timedelta(minutes=1)
        await intents.add(work, BORROW, "k1", {"text": "milk"}, due=later)
    assert await _worker(room).tick() == 0


async def test_another_agent_that_is_away_is_waited_for_and_is_no_defect(room: Room) -> None:
    room.library.says = ["away", "tea"]
    await _add(room, "k1")
    assert await _worker(room).tick() == 1
    assert await room.rows(LEFT) == [("k1", 1, True, True)]
    assert await room.rows("SELECT failure FROM platform.intent") == [("the library is away",)]
    assert await room.rows("SELECT id FROM platform.captured_error") == []
    await room.rows("UPDATE platform.intent SET due_at = now() RETURNING key")
    assert await _worker(room).tick() == 1
    assert await room.rows(NOTES) == [("cus_ANNA", "tea")]


async def test_a_defect_is_captured_and_holds_nobody_else_up(room: Room) -> None:
    room.library.says = ["error", "bug", "tea"]
    await _add(room, "k1", "k2", "k3")
    assert await _worker(room).tick() == 3
    assert await room.rows(NOTES) == [("cus_ANNA", "tea")]
    assert [key for key, *_ in await room.rows(LEFT + " ORDER BY key")] == ["k1", "k2"]
    captured = await room.rows("SELECT path, kind, id FROM platform.captured_error ORDER BY path")
    assert [row[:2] for row in captured] == [
        ("note_borrow:k1", "GraphRefused"),
        ("note_borrow:k2", "ZeroDivisionError"),
    ]
    failures = await room.rows("SELECT failure FROM platform.intent ORDER BY key")
    assert failures == [(row[2],) for row in captured]


async def test_one_that_has_failed_for_days_is_tried_every_few_minutes(room: Room) -> None:
    room.library.says = ["away"]
    await _add(room, "k1")
    await room.rows("UPDATE platform.intent SET attempts = 5000 RETURNING key")
    await _worker(room).tick()
    soon = "SELECT due_at BETWEEN now() + interval '1 min' AND now() + interval '6 min' AS soon"
    assert await room.rows(soon + " FROM platform.intent") == [(True,)]


def test_two_intents_of_one_name_are_refused(room: Room) -> None:
    agents = room.agents
    twice = {"note": agents.subgraphs["note"], "other": agents.subgraphs["note"]}
    object.__setattr__(agents, "subgraphs", twice)
    with pytest.raises(ValueError, match="note_borrow"):
        Intents(agents)


class Slow:
    """A neighbour that answers when it is told to, and says who was there at once."""

    def __init__(self) -> None:
        self.inside: list[bool] = []
        self.go = asyncio.Event()
        self.asked = asyncio.Semaphore(0)

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        self.inside.append(inside_unit_of_work())
        self.asked.release()
        await self.go.wait()
        return {"data": {"check": variables["key"]}}


def _slow(room: Room) -> tuple[Room, Slow]:
    slow = Slow()
    return Room(room.db, room.spool, library=slow), slow  # type: ignore[arg-type]  # another neighbour


@pytest.mark.commits
async def test_a_commit_wakes_the_worker_and_a_few_run_at_once(room: Room) -> None:
    room, slow = _slow(room)
    running = asyncio.create_task(_worker(room).run())
    await asyncio.sleep(0)
    await _add(room, *(f"k{n:02}" for n in range(20)))
    for _ in range(8):
        await slow.asked.acquire()
    assert await room.rows("SELECT count(*) FROM platform.intent WHERE lease IS NOT NULL") == [(8,)]
    slow.go.set()
    for _ in range(12):
        await slow.asked.acquire()
    while await room.rows("SELECT key FROM platform.intent"):  # noqa: ASYNC110  # rows tell
        await asyncio.sleep(0.01)
    assert slow.inside == [False] * 20
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(set(await room.rows(NOTES))) == 20


@pytest.mark.commits
async def test_a_worker_that_ends_gives_back_what_it_began(room: Room) -> None:
    room, slow = _slow(room)
    running = asyncio.create_task(_worker(room).run())
    await asyncio.sleep(0)
    await _add(room, "k1")
    await slow.asked.acquire()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    slow.go.set()
    assert await _worker(room).tick() == 1
    assert await room.rows(NOTES) == [("cus_ANNA", "k1")]


@pytest.mark.commits
async def test_a_worker_that_was_frozen_records_nothing(room: Room) -> None:
    frozen, slow = _slow(room)
    await _add(room, "k1")
    late = asyncio.create_task(_worker(frozen).tick())
    await slow.asked.acquire()
    assert await _worker(room).tick() == 0
    await room.rows(
        "UPDATE platform.intent SET leased_until = now() - interval '1 s' RETURNING key"
    )
    room.library.says = ["tea"]
    assert await _worker(room).tick() == 1
    slow.go.set()
    await late
    assert await room.rows(NOTES) == [("cus_ANNA", "tea")]
    assert await room.rows("SELECT count(*) FROM platform.outbox") == [(1,)]


@pytest.mark.commits
async def test_many_workers_share_the_work(room: Room) -> None:
    keys = [f"k{n:02}" for n in range(40)]
    await _add(room, *keys)
    room.library.says = keys[:]
    workers = [_worker(room) for _ in range(4)]
    while await room.rows("SELECT key FROM platform.intent"):
        await asyncio.gather(*(each.tick() for each in workers))
    assert sorted(row[1] for row in await room.rows(NOTES)) == keys
    assert len(room.library.was_asked) == 40
