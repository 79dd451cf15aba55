"""What is parked is shown, and replayed in order by whoever has the handlers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from events import parked
from events.defects import Defects
from events.event import Event
from events.received import Received
from events.replays import Replays
from events.stamped import Stamped
from models.database import Database, UnitOfWork
from subgraphs.kit.consuming import AgentConsumer
from subgraphs.monitoring.replaying import ask as ask_for_all
from subgraphs.monitoring.settings import MonitoringSettings
from tests.callers import ADMIN, approver, reader, staff
from tests.conftest import Ask
from tests.events.traffic import Captured, running
from tests.monitoring.happenings import (
    ANNA,
    ORDER,
    OTHER,
    RESERVATION,
    administrators,
    history,
    kept,
)
from tests.platform import Platform

MINE = "monitoring"
REPLAY = """mutation ($input: ReplayDeadLettersInput!) { replayDeadLetters(input: $input) {
    replayed remaining errors { code field } } }"""
LETTERS = """query ($where: DeadLetterWhere) { deadLetters(where: $where) { totalCount edges {
    node { consumer key eventId reason attempts event { type subjectId data } } } } }"""
KEYS = """query ($where: DeadLetterWhere) { parkedKeys(where: $where) { edges {
    node { consumer key reason waiting replayAskedAt } } } }"""
PARKED = {ORDER: 3, OTHER: 1, RESERVATION: 1}
"""How many events of the history have each of these keys."""


class Stubborn(AgentConsumer):
    """The monitoring agent, whose handler has a defect in it until it is mended."""

    refuses: frozenset[str] = frozenset()

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        if event.envelope.type in self.refuses:
            raise ZeroDivisionError("the handler has a defect")
        await super().apply(work, event, prepared)


async def park(db: Database, consumer: str = MINE) -> None:
    """The events of three keys wait, because the first of each failed."""
    for received in history():
        key = received.envelope.aggregate_id
        if key not in PARKED:
            continue
        async with db.unit_of_work() as work:
            first = await parked.park(work, consumer, key, "ZeroDivisionError: once")
            reason = "ZeroDivisionError: once" if first else None
            letter = Stamped(received.position, received.envelope)
            await parked.append(work, consumer, [letter], reason)


@pytest.fixture
def platform(databases: dict[str, Database], tmp_path: Path) -> Platform:
    """It gives up on a replay soon enough for a test in which nobody runs it."""
    patient = {MonitoringSettings: MonitoringSettings(timedelta(seconds=2))}
    return Platform(databases, tmp_path / "spool", patient)


@asynccontextmanager
async def at_work(platform: Platform, *refuses: str) -> AsyncIterator[Captured]:
    """The process that has the monitoring agent's handlers, and what it captures."""
    consumer = Stubborn(platform.agent(MINE), MINE)
    consumer.refuses = frozenset(refuses)
    captured = Captured()
    replays = Replays(platform.databases[MINE], [consumer], Defects(captured))

    async def run() -> None:
        while True:
            await replays.tick()
            await asyncio.sleep(0.02)

    async with running(run()):
        yield captured


async def replay(ask: Ask, key: str | None = None, idempotency: str = "a", **other: Any) -> Any:
    input = {"consumer": MINE, "key": key, "idempotencyKey": idempotency, **other}
    return (await ask(REPLAY, approver(MINE), input=input))["replayDeadLetters"]


async def waiting(ask: Ask) -> dict[str, int]:
    edges = (await ask(KEYS))["parkedKeys"]["edges"]
    return {edge["node"]["key"]: edge["node"]["waiting"] for edge in edges}


async def remembered(db: Database) -> list[str]:
    """The subjects of all events that have taken effect, by position."""
    rows = sorted((await kept(db))["platform_event"], key=lambda row: int(row[1]))
    return [row[4] for row in rows]


async def test_what_is_parked_is_shown_with_the_reason(
    ask: Ask, databases: dict[str, Database]
) -> None:
    await park(databases["platform"])
    assert await waiting(ask) == PARKED
    found = (await ask(LETTERS, reader(MINE), where={"key": ORDER}))["deadLetters"]
    assert found["totalCount"] == 3
    nodes = [edge["node"] for edge in found["edges"]]
    assert [node["reason"] for node in nodes] == ["ZeroDivisionError: once", None, None]
    assert nodes[1] == {
        "consumer": MINE,
        "key": ORDER,
        "eventId": history()[4].envelope.id,
        "reason": None,
        "attempts": 0,
        "event": {
            "type": "order.held",
            "subjectId": ORDER,
            "data": {"customerId": ANNA, "reasons": ["ADDRESS"]},
        },
    }
    for where in ({"consumer": "order"}, {"key": "ord_x"}):
        assert (await ask(LETTERS, where=where))["deadLetters"] == {"totalCount": 0, "edges": []}
        assert (await ask(KEYS, where=where))["parkedKeys"] == {"edges": []}


@pytest.mark.commits
async def test_a_key_is_replayed_in_order_where_its_handlers_are(
    platform: Platform, ask: Ask, db: Database
) -> None:
    await park(db)
    async with at_work(platform):
        told = await replay(ask, ORDER)
    assert told == {"replayed": 3, "remaining": 0, "errors": []}
    assert await remembered(db) == [ORDER, ORDER, ORDER]
    assert await waiting(ask) == {OTHER: 1, RESERVATION: 1}


@pytest.mark.commits
async def test_all_of_a_consumer(platform: Platform, ask: Ask, db: Database) -> None:
    await park(db)
    await park(db, "order")
    async with at_work(platform):
        told = await replay(ask)
    assert told == {"replayed": 5, "remaining": 0, "errors": []}
    assert len(await remembered(db)) == 5
    left = (await ask(KEYS))["parkedKeys"]["edges"]
    assert [edge["node"]["consumer"] for edge in left] == ["order"] * 3
    assert [edge["node"]["replayAskedAt"] for edge in left] == [None] * 3


async def test_all_keys_are_asked_for_in_one_statement(
    databases: dict[str, Database], db: Database, statements: list[str]
) -> None:
    await park(databases["platform"])
    await park(databases["platform"], "order")
    statements.clear()
    async with db.unit_of_work() as work:
        await ask_for_all(work, MINE, None)
    assert len([sql for sql in statements if "UPDATE platform.parked_key" in sql]) == 1
    assert await parked.asked_for(db, [MINE, "order"]) == [(MINE, key) for key in sorted(PARKED)]
    async with db.unit_of_work() as work:
        assert await parked.ask_for_replay(work, "order", ORDER, OTHER, "ord_x") == 2
        assert await parked.ask_for_replay(work, "order") == 0
    asked = await parked.asked_for(db, ["order"])
    assert asked == [("order", key) for key in sorted([ORDER, OTHER])]


@pytest.mark.commits
async def test_what_fails_again_stays_with_what_is_behind_it(
    platform: Platform, ask: Ask, db: Database
) -> None:
    await park(db)
    async with at_work(platform, "order.held") as captured:
        told = await replay(ask, ORDER)
        assert told == {"replayed": 1, "remaining": 2, "errors": []}
    assert captured.said == [(MINE, "the handler has a defect")]
    [edge] = (await ask(KEYS, where={"key": ORDER}))["parkedKeys"]["edges"]
    assert edge["node"] == {
        "consumer": MINE,
        "key": ORDER,
        "reason": "ZeroDivisionError: the handler has a defect",
        "waiting": 2,
        "replayAskedAt": None,
    }
    async with at_work(platform):
        told = await replay(ask, ORDER, "b")
    assert told == {"replayed": 2, "remaining": 0, "errors": []}
    assert await remembered(db) == [ORDER, ORDER, ORDER]


@pytest.mark.commits
async def test_a_repeat_tells_how_far_it_has_come_and_asks_for_nothing(
    platform: Platform, ask: Ask, db: Database
) -> None:
    await park(db)
    async with at_work(platform, "order.held"):
        first = await replay(ask, ORDER)
    async with at_work(platform):
        assert await replay(ask, ORDER) == first
        assert await waiting(ask) == {**PARKED, ORDER: 2}
        await replay(ask, ORDER, "b")
        assert await replay(ask, ORDER) == {"replayed": 3, "remaining": 0, "errors": []}


@pytest.mark.commits
async def test_where_nobody_has_the_handlers_it_stays_asked_for(
    platform: Platform, ask: Ask, db: Database
) -> None:
    await park(db)
    assert await replay(ask, ORDER) == {"replayed": 0, "remaining": 3, "errors": []}
    assert await parked.asked_for(db, [MINE]) == [(MINE, ORDER)]
    async with at_work(platform):
        assert await replay(ask, ORDER) == {"replayed": 3, "remaining": 0, "errors": []}


@pytest.mark.parametrize(
    ("given", "field"),
    [({"consumer": "nobody"}, ["consumer"]), ({"key": "ord_nobody"}, ["key"])],
)
async def test_what_is_not_parked_is_not_found(
    ask: Ask, databases: dict[str, Database], given: dict[str, str], field: list[str]
) -> None:
    await park(databases["platform"])
    before = await _everything(databases)
    told = await replay(ask, **given)
    assert told == {
        "replayed": None,
        "remaining": None,
        "errors": [{"code": "NOT_FOUND", "field": field}],
    }
    assert await _everything(databases) == before


@pytest.mark.parametrize("who", [reader(MINE), staff("monitoring:write"), approver("order")])
async def test_who_may_not(ask: Ask, databases: dict[str, Database], who: Any) -> None:
    await park(databases["platform"])
    before = await _everything(databases)
    input = {"consumer": MINE, "idempotencyKey": "a"}
    told = (await ask(REPLAY, who, input=input))["replayDeadLetters"]
    assert [error["code"] for error in told["errors"]] == ["FORBIDDEN"]
    assert await _everything(databases) == before


async def test_an_event_for_administrators_is_parked_but_not_told(
    ask: Ask, databases: dict[str, Database]
) -> None:
    secret = administrators()
    async with databases["platform"].unit_of_work() as work:
        key = secret.envelope.aggregate_id
        await parked.park(work, MINE, key, "why")
        await parked.append(work, MINE, [Stamped(secret.position, secret.envelope)])
    for who, event in ((reader(MINE), None), (ADMIN, "error.captured")):
        [edge] = (await ask(LETTERS, who))["deadLetters"]["edges"]
        found = edge["node"]["event"]
        assert (found and found["type"]) == event


async def _everything(databases: dict[str, Database]) -> Sequence[Any]:
    """All rows that a refusal must leave as they are."""
    asked = await parked.asked_for(databases["platform"], [MINE])
    return [asked, await kept(databases[MINE])]
