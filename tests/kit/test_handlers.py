"""Handlers: what an agent does when it hears of a fact, as the consumer that a bus delivers to."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from events.bell import Bell
from events.catalog.customer import CustomerReactivated, CustomerSuspended, CustomerUpdated
from events.defects import Defects
from events.event import Event
from events.outbox import emit
from events.postgres_bus import PostgresBus
from events.received import Received
from events.sequencer import Sequencer
from models.database import Cause, Database
from subgraphs.kit import Document, Info, Role, UnitOfWork, handler, prepared_handler, subgraph
from subgraphs.kit.agents import Agents
from subgraphs.kit.consuming import consumers
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.policy import EVERY_ROW, Kind, Principal
from tests.events.traffic import Captured, running, until
from tests.kit.room.schema import echo
from tests.kit.room.tables import create_table

pytestmark = pytest.mark.commits

CAUSE = Cause(actor="usr_1", correlation_id="req_1", on_behalf_of="cus_1")
ELSEWHERE = Document("library", "check", "query($t: String!) { check(text: $t) }")
NOTE = text("""
    INSERT INTO platform.kit_note (id, owner_id, text, stars, version, created_at)
    VALUES (:id, :owner, :text, 0, 1, now())
""")
NOTES = text("SELECT id, owner_id, text FROM platform.kit_note ORDER BY id")
PAST = text("UPDATE platform.outbox SET seed = true")

SEEN: list[tuple[str, Info]] = []


@dataclass
class Library:
    """The other agent, which may be out of reach."""

    away: bool = False

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        if self.away:
            raise GraphUnavailable("the library is closed")
        return {"data": {"check": variables["t"].upper()}}


async def _write(info: Info, work: UnitOfWork, name: str, id: str, said: str) -> None:
    SEEN.append((name, info))
    await work.execute(NOTE, {"id": f"{name} {id}", "owner": info.principal.id, "text": said})


@handler(CustomerSuspended, CustomerReactivated, role=Role.PROJECTION)
async def remember(info: Info, work: UnitOfWork, event: Received[Event]) -> None:
    await _write(info, work, "remembered", event.envelope.id, event.event.type)


@handler(CustomerSuspended, role=Role.TRIGGER)
async def act(info: Info, work: UnitOfWork, event: Received[CustomerSuspended]) -> None:
    await _write(info, work, "acted", event.envelope.id, event.event.type)
    emit(work, CustomerUpdated(aggregate_id=event.event.aggregate_id, fields=["locale"]))


async def _look_up(info: Info, event: Received[CustomerUpdated]) -> str:
    answer = await info.graph.send(ELSEWHERE, {"t": event.event.fields[0]})
    return str(answer["check"])


@prepared_handler(CustomerUpdated, role=Role.GUARD, prepare=_look_up)
async def check(
    info: Info, work: UnitOfWork, event: Received[CustomerUpdated], prepared: str
) -> None:
    await _write(info, work, "checked", event.envelope.id, prepared)


SCHEMA = subgraph("note", queries=[echo], documents=[ELSEWHERE], handlers=[remember, act, check])


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
async def agents(db: Database, library: Library) -> Agents:
    await create_table(db)
    SEEN.clear()
    return Agents({"note": SCHEMA}, db, Captured(), remote=library)


@asynccontextmanager
async def _carried(agents: Agents) -> AsyncIterator[None]:
    bell, defects = Bell(agents.db), Defects(agents.capture)
    bus = PostgresBus(agents.db, bell, consumers(agents), defects)
    async with running(bell.run(), Sequencer(agents.db, bell, defects).run(), bus.run()):
        yield


async def _notes(db: Database, count: int) -> list[tuple[Any, ...]]:
    rows = await until(lambda: db.rows(NOTES), lambda rows: len(rows) >= count)
    return sorted(tuple(row) for row in rows)


async def test_handlers_act_as_their_agent_because_of_the_event(agents: Agents) -> None:
    async with _carried(agents):
        async with agents.db.unit_of_work(CAUSE) as work:
            emit(work, CustomerSuspended(aggregate_id="cus_1"))
        found = await _notes(agents.db, 3)
    events = await agents.db.rows(
        text("SELECT id, type, actor, causation_id FROM platform.event_log ORDER BY position")
    )
    [suspended, changed] = events
    assert found == [
        (f"acted {suspended.id}", "agent:note", "customer.suspended"),
        (f"checked {changed.id}", "agent:note", "LOCALE"),
        (f"remembered {suspended.id}", "agent:note", "customer.suspended"),
    ]
    assert (suspended.actor, suspended.causation_id) == ("usr_1", None)
    assert (changed.actor, changed.causation_id) == ("agent:note", suspended.id)
    for name, info in SEEN:
        cause = changed.id if name == "checked" else suspended.id
        assert info.principal.kind is Kind.SERVICE
        assert info.scope == EVERY_ROW
        assert info.cause == Cause("agent:note", "req_1", cause, "cus_1")


async def test_the_past_of_the_example_shop_is_remembered_and_triggers_nothing(
    agents: Agents,
) -> None:
    async with agents.db.unit_of_work(CAUSE) as work:
        early = work.because(CAUSE)
        emit(early, CustomerSuspended(aggregate_id="cus_1"))
        await early.flush()
        await work.execute(PAST)
    async with _carried(agents):
        async with agents.db.unit_of_work(CAUSE) as work:
            emit(work, CustomerReactivated(aggregate_id="cus_1"))
        found = await _notes(agents.db, 2)
    assert [name.split()[0] for name, _, _ in found] == ["remembered", "remembered"]


async def test_an_agent_that_cannot_be_reached_parks_nothing(
    agents: Agents, library: Library
) -> None:
    library.away = True
    async with _carried(agents):
        async with agents.db.unit_of_work(CAUSE) as work:
            emit(work, CustomerUpdated(aggregate_id="cus_1", fields=["locale"]))
        failing = text("SELECT failure FROM platform.consumer_cursor WHERE failure IS NOT NULL")
        [row] = await until(lambda: agents.db.rows(failing), lambda rows: len(rows) == 1)
        assert row.failure.startswith("GraphUnavailable: ")
        library.away = False
        await _notes(agents.db, 1)
    assert await agents.db.rows(text("SELECT * FROM platform.parked_key")) == []


async def test_agents_without_handlers_hear_of_merged_and_erased_customers(db: Database) -> None:
    silent = subgraph("note", queries=[echo])
    [consumer] = consumers(Agents({"note": silent}, db, Captured()))
    assert consumer.types == {
        "customer.merged",
        "customer.erasure_requested",
        "customer.erasure_vetoed",
        "customer.anonymized",
    }
