"""One effect per key: repeated, at once, with another body, and with the first caller killed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from models.database import SYSTEM
from subgraphs.kit import idempotency, invalid
from subgraphs.kit.graph import Document
from subgraphs.kit.idempotency import Attempt, Key, Outcome, Settle, once
from tests.callers import service
from tests.kit.conftest import ANNA, BERT, Room

WRITE = """mutation($input: WriteNoteInput!) { writeNote(input: $input) {
    note { id text } errors { code message field } } }"""
CHECKED = """mutation($input: WriteNoteInput!) { writeCheckedNote(input: $input) {
    note { id text } errors { code } } }"""
COPY = """mutation($input: CopyNoteInput!) { copyNotes(input: $input) {
    notes { id text } errors { code } } }"""
COUNT = "SELECT count(*) FROM platform.kit_note"
KEYED = {"text": "milk", "idempotencyKey": "k1"}


async def test_a_repeat_answers_with_what_the_first_call_made(room: Room) -> None:
    first = await room.ask(WRITE, ANNA, input=KEYED)
    assert await room.ask(WRITE, ANNA, input=KEYED) == first
    assert await room.rows(COUNT) == [(1,)]
    assert await room.rows("SELECT count(*) FROM platform.outbox") == [(1,)]


async def test_the_same_key_with_another_body(room: Room) -> None:
    await room.ask(WRITE, ANNA, input=KEYED)
    other = await room.ask(WRITE, ANNA, input={**KEYED, "text": "tea"})
    assert other["writeNote"] == {
        "note": None,
        "errors": [
            {
                "code": "IDEMPOTENCY_KEY_REUSED",
                "message": "This key was used before, with another input.",
                "field": ["idempotencyKey"],
            }
        ],
    }
    assert await room.rows(COUNT) == [(1,)]


async def test_a_key_belongs_to_its_caller(room: Room) -> None:
    await room.ask(WRITE, ANNA, input=KEYED)
    mine = await room.ask(WRITE, BERT, input={**KEYED, "text": "tea"})
    assert mine["writeNote"]["note"]["text"] == "tea"


async def test_a_refusal_is_remembered_and_bad_input_is_not(room: Room) -> None:
    loud = {"text": "LOUD", "idempotencyKey": "k1"}
    first = await room.ask(WRITE, ANNA, input=loud)
    assert await room.ask(WRITE, ANNA, input=loud) == first
    [(outcome,)] = await room.rows("SELECT outcome FROM platform.idempotency")
    assert outcome["made"] == []
    assert [error["code"] for error in outcome["errors"]] == ["variant_unavailable"]

    empty = {"texts": [], "idempotencyKey": "k2"}
    for _ in range(2):
        answer = await room.ask(COPY, input=empty)
        assert answer["copyNotes"]["errors"] == [{"code": "INVALID_INPUT"}]
    assert await room.rows("SELECT key FROM platform.idempotency") == [("k1",)]


async def test_a_defect_frees_the_key(room: Room) -> None:
    answer = await room.answer(WRITE, ANNA, input={"text": "bug", "idempotencyKey": "k1"})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert await room.rows("SELECT key FROM platform.idempotency") == []


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_that_is_none(room: Room, key: str) -> None:
    answer = await room.ask(WRITE, ANNA, input={"text": "milk", "idempotencyKey": key})
    assert answer["writeNote"]["errors"][0]["code"] == "INVALID_INPUT"
    assert answer["writeNote"]["errors"][0]["field"] == ["idempotencyKey"]


async def test_nothing_personal_is_kept(room: Room) -> None:
    await room.ask(WRITE, ANNA, input=KEYED)
    [(row,)] = await room.rows("SELECT idempotency::text FROM platform.idempotency")
    assert "milk" not in row


async def test_an_expired_key_is_new_again_and_is_pruned(room: Room) -> None:
    await room.ask(WRITE, ANNA, input=KEYED)
    await room.rows(
        "UPDATE platform.idempotency SET expires_at = now() - interval '1 s' RETURNING key"
    )
    await room.ask(WRITE, ANNA, input={**KEYED, "text": "tea"})
    assert await room.rows(COUNT) == [(2,)]
    await room.rows(
        "UPDATE platform.idempotency SET expires_at = now() - interval '1 s' RETURNING key"
    )
    async with room.db.unit_of_work(SYSTEM) as work:
        assert await idempotency.prune(work) == 1
    assert await room.rows("SELECT key FROM platform.idempotency") == []


async def test_a_sagas_step_is_remembered_for_good(room: Room) -> None:
    order = service("order", "copyNotes", on_behalf_of="cus_ANNA")
    input = {"texts": ["a"], "idempotencyKey": "saga:copy:ord_1:1"}
    first = await room.ask(COPY, order, input=input)
    assert await room.rows("SELECT expires_at FROM platform.idempotency") == [(None,)]
    async with room.db.unit_of_work(SYSTEM) as work:
        assert await idempotency.prune(work) == 0
    assert await room.ask(COPY, order, input=input) == first


@pytest.mark.commits
async def test_twins_at_once_have_one_effect(room: Room) -> None:
    answers = await asyncio.gather(*(room.ask(WRITE, ANNA, input=KEYED) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert await room.rows(COUNT) == [(1,)]
    assert await room.rows("SELECT count(*) FROM platform.outbox") == [(1,)]


@pytest.mark.commits
async def test_twins_with_different_bodies_have_one_effect(room: Room) -> None:
    bodies = [{**KEYED, "text": f"note {n % 2}"} for n in range(10)]
    answers = await asyncio.gather(*(room.ask(WRITE, ANNA, input=body) for body in bodies))
    codes = [[error["code"] for error in answer["writeNote"]["errors"]] for answer in answers]
    assert sorted(codes) == [[]] * 5 + [["IDEMPOTENCY_KEY_REUSED"]] * 5
    assert await room.rows(COUNT) == [(1,)]


@dataclass(frozen=True)
class Units:
    """An input."""

    units: int


MADE = Outcome(made=[("rsv_1", 2)])


class Stuck:
    """An agent that never answers, until it is told what to say."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.say = asyncio.Event()

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        self.asked.set()
        await self.say.wait()
        return {"data": {"check": "late"}}


@pytest.mark.commits
async def test_the_first_caller_cancelled_midway_frees_the_key_for_its_twin(room: Room) -> None:
    stuck = Stuck()
    slow = Room(room.db, room.spool, library=stuck)  # type: ignore[arg-type]  # another neighbour
    first = asyncio.create_task(slow.ask(CHECKED, ANNA, input=KEYED))
    await stuck.asked.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    room.library.says = ["mine"]
    answer = await room.ask(CHECKED, ANNA, input=KEYED)
    assert answer["writeCheckedNote"]["note"]["text"] == "mine"


@pytest.mark.commits
async def test_a_twin_takes_over_when_the_lease_ends_and_the_late_one_undoes(room: Room) -> None:
    """As if the first caller's process had been frozen: its lease ends, then it wakes up."""
    stuck = Stuck()
    slow = Room(
        room.db,
        room.spool,
        library=stuck,  # type: ignore[arg-type]  # another neighbour
        lease=timedelta(milliseconds=50),
    )
    first = asyncio.create_task(slow.ask(CHECKED, ANNA, input=KEYED))
    await stuck.asked.wait()
    room.library.says = ["twin"]
    twin = await room.ask(CHECKED, ANNA, input=KEYED)
    assert twin["writeCheckedNote"]["note"]["text"] == "twin"
    stuck.say.set()
    assert await first == twin
    assert await room.rows("SELECT text FROM platform.kit_note") == [("twin",)]
    assert await room.rows("SELECT count(*) FROM platform.outbox") == [(1,)]


@pytest.mark.commits
async def test_who_was_late_is_not_refused_for_what_the_twin_did(room: Room) -> None:
    """The twin gave back what was too much; the late one finds that less is held than that."""
    key = Key.of("agent:order", "adjustReservation", "saga:surplus:1", Units(3), permanent=True)
    at_work, go_on = asyncio.Event(), asyncio.Event()

    async def late(settle: Settle) -> Outcome:
        at_work.set()
        await go_on.wait()
        raise invalid("More than is held.", "lines")

    async def twin(settle: Settle) -> Outcome:
        async with room.db.unit_of_work() as work:
            await settle(work, MADE)
        return MADE

    async def call(attempt: Attempt, lease: timedelta) -> Outcome:
        return await once(room.db, SYSTEM, key, lease, attempt, [])

    first = asyncio.create_task(call(late, timedelta(0)))
    await at_work.wait()
    assert await call(twin, timedelta(minutes=1)) == MADE
    go_on.set()
    assert (await first).made == [("rsv_1", 2)]
