"""`changes`: what the kit promises of every room's subscription, whatever the room."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, update

from events.bell import Bell
from events.catalog.customer import CustomerCreated, CustomerMerged, CustomerUpdated
from events.defects import Defects
from events.hub import Hub
from events.hub.source import LogSource
from subgraphs.kit import (
    ID,
    Info,
    Principal,
    anyone,
    changes,
    lookup,
    resolver,
    subgraph,
    subscription,
)
from subgraphs.kit.agents import Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.changes import NoSuchField
from tests.callers import ADMIN
from tests.events.stamped import publish
from tests.events.traffic import running
from tests.kit.conftest import ANNA, BERT, Room
from tests.kit.room.loaders import notes_by_id, notes_by_text
from tests.kit.room.repository import N
from tests.kit.room.tables import note
from tests.kit.room.types import Note

pytestmark = pytest.mark.commits
DOCUMENT = "subscription ($id: ID) { noteChanged(id: $id) { type note { text stars } } }"
PATIENCE = 20
STEPS = 20


@dataclass
class Trouble:
    """What the room's resolver raises."""

    error: Exception | None = None


TROUBLE = Trouble()


@resolver(Note, "id", notes_by_id.policy)
async def troubled_notes(ids: Sequence[ID], info: Info) -> list[Note | Exception | None]:
    if TROUBLE.error is not None:
        raise TROUBLE.error
    return [*await notes_by_id.function(ids, info)]


@subscription(anyone)
async def counted(info: Info, to: int) -> AsyncGenerator[Sequence[int], None]:
    """To three, and it breaks."""
    for number in range(1, to + 1):
        yield [number]
        if number == 3:
            raise ZeroDivisionError("cannot count further")


@subscription(anyone)
async def counted_later(info: Info, to: int) -> AsyncGenerator[Sequence[int], None]:
    """Refuses before it begins."""
    if to < 0:
        raise ZeroDivisionError("cannot count backwards")

    async def count() -> AsyncGenerator[Sequence[int], None]:
        for number in range(1, to + 1):
            yield [number]

    return count()


changed = changes(
    "note_changed",
    troubled_notes,
    CustomerUpdated,
    CustomerCreated,
    through={CustomerMerged: "into_id"},
)
watched = subgraph(
    "note",
    queries=[lookup(notes_by_id)],
    subscriptions=[changed, counted, counted_later],
    resolvers=[troubled_notes, notes_by_text],
)


@asynccontextmanager
async def listening(room: Room) -> AsyncIterator[Agents]:
    """The room with its subscriptions, and a hub."""
    TROUBLE.error = None
    capture = DatabaseCapture(room.db, room.spool)
    bell, hub = Bell(room.db), Hub(room.db, Defects(capture))
    async with running(bell.run()), hub.running(LogSource(room.db, bell)):
        yield Agents({"note": watched}, room.db, capture, hub=hub)


def subscribe(
    agents: Agents, document: str = DOCUMENT, principal: Principal = ADMIN, **variables: Any
) -> AsyncGenerator[Any, None]:
    return agents.subscribe("note", document, variables, principal, "req_kit")


async def begun(results: AsyncGenerator[Any, None]) -> asyncio.Task[Any]:
    """Its first answer, when it comes; it is heard from now on."""
    first = asyncio.ensure_future(anext(results))
    for _ in range(STEPS):
        await asyncio.sleep(0)
    return first


async def write(room: Room, words: str, principal: Principal = ADMIN) -> str:
    answer = await room.ask(
        "mutation ($t: String!) { writeNote(input: {text: $t, stars: 1}) { note { id } } }",
        principal,
        t=words,
    )
    return str(answer["writeNote"]["note"]["id"])


def test_the_schema_says_what_it_is() -> None:
    assert (
        """type NoteChange {
  \"\"\"To go on behind this change: `after`.\"\"\"
  cursor: String!

  \"\"\"The event's type, such as `order.placed`.\"\"\"
  type: String!
  occurredAt: DateTime!

  \"\"\"As it is now, or was a moment ago.\"\"\"
  note: Note!
}"""
        in watched.sdl
    )
    assert "noteChanged(id: ID = null, after: String = null): NoteChange!" in watched.sdl
    assert watched.rules()["Subscription.noteChanged"] == "customer (own), staff note:read"
    assert changed.events == {CustomerUpdated, CustomerCreated, CustomerMerged}


def test_an_event_must_have_the_field_that_leads_to_the_entity() -> None:
    with pytest.raises(NoSuchField, match=r"customer\.updated has no field note_id"):
        changes("note_changed", troubled_notes, through={CustomerUpdated: "note_id"})


async def test_the_entity_is_as_it_is_when_the_event_is_told(room: Room) -> None:
    async with listening(room) as agents, aclosing(subscribe(agents)) as results:
        first = await begun(results)
        id = await write(room, "Buy tea.")
        async with room.db.unit_of_work() as work:
            await work.execute(update(note).where(N.id == id).values(stars=4))
        await publish(room.db)
        assert (await first).data == {
            "noteChanged": {"type": "customer.updated", "note": {"text": "Buy tea.", "stars": 4}}
        }


async def test_the_entity_may_be_named_in_a_field(room: Room) -> None:
    async with listening(room) as agents, aclosing(subscribe(agents)) as results:
        first = await begun(results)
        id = await write(room, "Buy tea.")
        await publish(
            room.db,
            CustomerMerged(aggregate_id=id, into_id="nte_OTHER"),
            CustomerMerged(aggregate_id="nte_OTHER", into_id=id),
        )
        assert (await first).extensions["cursor"].endswith(":1")
        second = await anext(results)
        assert second.data["noteChanged"]["type"] == "customer.merged"
        assert second.extensions["cursor"].endswith(":3")


async def test_what_is_gone_is_not_told_of(room: Room) -> None:
    async with listening(room) as agents, aclosing(subscribe(agents)) as results:
        first = await begun(results)
        gone, there = await write(room, "Gone."), await write(room, "There.")
        async with room.db.unit_of_work() as work:
            await work.execute(delete(note).where(N.id == gone))
        await publish(room.db)
        assert (await first).data["noteChanged"]["note"]["text"] == "There."
        assert there != gone


async def test_an_owner_who_asks_for_one_gets_it_and_nobody_elses(room: Room) -> None:
    async with listening(room) as agents:
        annas = await write(room, "Anna's.", ANNA)
        await publish(room.db)
        async with (
            aclosing(subscribe(agents, principal=ANNA, id=annas)) as hers,
            aclosing(subscribe(agents, principal=BERT, id=annas)) as his,
        ):
            first, nothing = await begun(hers), await begun(his)
            await publish(room.db, CustomerCreated(aggregate_id=annas))
            assert (await first).data["noteChanged"]["note"]["text"] == "Anna's."
            assert not nothing.done()
            nothing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await nothing


async def test_a_defect_ends_the_subscription_and_is_kept(room: Room) -> None:
    async with listening(room) as agents, aclosing(subscribe(agents)) as results:
        first = await begun(results)
        TROUBLE.error = ZeroDivisionError("a defect in the resolver")
        await write(room, "Buy tea.")
        await publish(room.db)
        answer = await first
        assert answer.data is None
        [error] = [each.formatted for each in answer.errors]
        assert error["message"] == "Internal error."
        assert error["extensions"]["code"] == "INTERNAL"
        assert [each async for each in results] == []
        assert agents.hub is not None
        assert agents.hub.subscribers == 0
        rows = await room.rows("SELECT id, message FROM platform.captured_error")
        assert rows == [(error["extensions"]["id"], "a defect in the resolver")]


async def test_a_database_that_is_away_is_waited_for(room: Room) -> None:
    async with listening(room) as agents, aclosing(subscribe(agents)) as results:
        first = await begun(results)
        TROUBLE.error = ConnectionRefusedError("away")
        await write(room, "Buy tea.")
        await publish(room.db)
        for _ in range(5):
            await asyncio.sleep(0.02)
            assert not first.done()
        TROUBLE.error = None
        assert (await first).data["noteChanged"]["note"]["text"] == "Buy tea."
        assert await room.rows("SELECT id FROM platform.captured_error") == []


async def test_nothing_is_left_of_a_subscription_that_was_closed(room: Room) -> None:
    async with listening(room) as agents:
        assert agents.hub is not None
        results = subscribe(agents)
        first = await begun(results)
        assert agents.hub.subscribers == 1
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await results.aclose()
        assert agents.hub.subscribers == 0


async def test_a_process_without_a_hub_cannot_be_subscribed_to(room: Room) -> None:
    agents = Agents({"note": watched}, room.db, DatabaseCapture(room.db, room.spool))
    [refused] = [each async for each in subscribe(agents)]
    assert [each.formatted["extensions"]["code"] for each in refused.errors] == ["INTERNAL"]
    rows = await room.rows("SELECT kind FROM platform.captured_error")
    assert rows == [("NoHub",)]


async def test_subscriptions_are_generators_or_give_one(room: Room) -> None:
    agents = Agents({"note": watched}, room.db, DatabaseCapture(room.db, room.spool))
    document = "subscription ($to: Int!) { counted(to: $to) }"
    answers = [each async for each in subscribe(agents, document, to=2)]
    assert [each.data for each in answers] == [{"counted": 1}, {"counted": 2}]
    *before, broken = [each async for each in subscribe(agents, document, to=5)]
    assert [each.data for each in before] == [{"counted": n} for n in (1, 2, 3)]
    assert [each.formatted["message"] for each in broken.errors] == ["Internal error."]
    later = document.replace("counted(", "countedLater(")
    answers = [each async for each in subscribe(agents, later, to=2)]
    assert [each.data for each in answers] == [{"countedLater": 1}, {"countedLater": 2}]
    [refused] = [each async for each in subscribe(agents, later, to=-1)]
    assert [each.formatted["message"] for each in refused.errors] == ["Internal error."]
    rows = await room.rows("SELECT message FROM platform.captured_error ORDER BY captured_at")
    assert rows == [("cannot count further",), ("cannot count backwards",)]
