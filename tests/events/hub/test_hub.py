"""The hub hands every subscriber what it wants, in order of position, from now or from a cursor."""

import asyncio

import pytest
from sqlalchemy import text

from events import log
from events.catalog.inventory import ReservationReleased, StockLow
from events.hub import (
    Cursor,
    CursorExpired,
    Hub,
    HubClosed,
    Interest,
    Lagged,
    MalformedCursor,
)
from events.hub.ordered import OrderedSource
from models.database import Database
from tests.events.hub.conftest import hub_on_log
from tests.events.hub.listening import numbers, reached, take
from tests.events.stamped import low, lows, publish
from tests.events.traffic import Wires
from tests.postgres import Server

pytestmark = pytest.mark.commits
KILL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = '{}' AND application_name <> 'souk_order'
"""


def released(order: str) -> ReservationReleased:
    return ReservationReleased(aggregate_id="rsv_1", order_id=order, customer_id="cus_1")


async def test_what_follows_is_handed_out_typed_and_in_order(db: Database, hub: Hub) -> None:
    await publish(db, *lows(range(3)))
    await reached(hub, 3)
    subscription = await hub.subscribe()
    await publish(db, *lows(range(3, 8)))
    found = await take(subscription, 5)
    assert [received.position for received in found] == [4, 5, 6, 7, 8]
    assert found[0].event == low(3)
    assert isinstance(found[0].event, StockLow)
    envelope = found[0].envelope
    assert (envelope.type, envelope.agent, envelope.sequence) == ("stock.low", "inventory", 4)
    assert (envelope.actor, envelope.correlation_id) == ("usr_1", "req_1")


async def test_who_wants_little_gets_little(db: Database, hub: Hub) -> None:
    by_type = await hub.subscribe(wanted=Interest(types=frozenset({"reservation.released"})))
    by_subject = await hub.subscribe(wanted=Interest(ids=frozenset({"stk_2"})))
    by_name = await hub.subscribe(wanted=Interest(ids=frozenset({"var_7", "ord_2"})))
    both = await hub.subscribe(
        wanted=Interest(types=frozenset({"stock.low"}), ids=frozenset({"var_7", "stk_2", "ord_2"}))
    )
    picky = await hub.subscribe(
        wanted=Interest(matches=lambda envelope: envelope.data.get("available") == 3)
    )
    await publish(
        db,
        low(1),
        low(2, "stk_2", "var_7"),
        released("ord_1"),
        low(3, "stk_2"),
        released("ord_2"),
        low(5, "stk_3", "var_7"),
    )
    assert [each.position for each in await take(by_type, 2)] == [3, 5]
    assert [each.position for each in await take(by_subject, 2)] == [2, 4]
    assert [each.position for each in await take(by_name, 3)] == [2, 5, 6]
    assert [each.position for each in await take(both, 3)] == [2, 4, 6]
    assert [each.position for each in await take(picky, 1)] == [4]
    assert hub.subscribers == 0


async def test_a_cursor_brings_back_what_was_missed_and_then_what_comes(
    db: Database, hub: Hub
) -> None:
    await publish(db, *lows(range(1700)))
    await reached(hub, 1700)
    subscription = await hub.subscribe(Cursor(hub.cursor.incarnation, 5))
    missed = asyncio.create_task(numbers(subscription, 1795))
    await asyncio.sleep(0)
    await publish(db, *lows(range(1700, 1800)))
    assert await missed == list(range(5, 1800))


async def test_far_behind_it_reads_the_log_without_filling_its_queue(
    db: Database, hub: Hub
) -> None:
    """The hub of this test has queues of 100."""
    await publish(db, *lows(range(5000)))
    await reached(hub, 5000)
    subscription = await hub.subscribe(Cursor(hub.cursor.incarnation, 0))
    found = []
    async for received in subscription:
        found.append(received.position)
        if received.position == 1:
            await publish(db, *lows(range(300)))
            await reached(hub, 5300)
        if len(found) == 5300:
            break
    assert found == list(range(1, 5301))
    subscription.close()


async def test_a_resumed_subscription_keeps_to_its_interest(db: Database, hub: Hub) -> None:
    await publish(db, low(1), released("ord_1"), low(2, "stk_2"), released("ord_2"))
    await reached(hub, 4)
    begin = Cursor(hub.cursor.incarnation, 0)
    types = Interest(types=frozenset({"reservation.released"}), ids=frozenset({"ord_2"}))
    assert [each.position for each in await take(await hub.subscribe(begin, types), 1)] == [4]
    ids = Interest(ids=frozenset({"stk_2"}))
    assert [each.position for each in await take(await hub.subscribe(begin, ids), 1)] == [3]


async def test_the_cursor_of_a_subscription_is_what_it_has_handed_out(
    db: Database, hub: Hub
) -> None:
    subscription = await hub.subscribe()
    assert subscription.cursor == hub.cursor
    await publish(db, *lows(range(4)))
    await take(subscription, 4)
    assert str(subscription.cursor) == f"{hub.cursor.incarnation}:4"


async def test_a_subscriber_that_is_ahead_of_this_process_gets_nothing_twice(
    db: Database, wires: Wires
) -> None:
    """Another process has delivered what this one's hub has not heard of yet."""
    source = OrderedSource(db, gap=3600, silence=3600)
    async with Hub(db, wires.defects).running(source) as slow:
        await publish(db, *lows(range(5)))
        ahead = await slow.subscribe(Cursor(slow.cursor.incarnation, 3))
        found = asyncio.create_task(take(ahead, 2))
        records = await log.after(db, 0, 5)
        while not found.done():  # what comes before the hub has begun to read is left for the log
            for record in records:
                source.put(slow.cursor.incarnation, record)
            await asyncio.sleep(0.01)
        assert [each.position for each in await found] == [4, 5]


@pytest.mark.parametrize("wrong", ["another log", "from the future", "pruned"])
async def test_a_cursor_that_leads_nowhere_is_refused(db: Database, hub: Hub, wrong: str) -> None:
    await publish(db, *lows(range(10)))
    await reached(hub, 10)
    incarnation = hub.cursor.incarnation
    cursor = Cursor(incarnation, 4)
    if wrong == "another log":
        cursor = Cursor("00000000-0000-4000-8000-000000000000", 4)
    elif wrong == "from the future":
        cursor = Cursor(incarnation, 11)
    else:
        async with db.unit_of_work() as work:
            await work.execute(text("DELETE FROM platform.event_log WHERE position < 6"))
    with pytest.raises(CursorExpired):
        await hub.subscribe(cursor)
    assert hub.subscribers == 0
    last = await hub.subscribe(Cursor(incarnation, 5))
    assert [each.position for each in await take(last, 5)] == [6, 7, 8, 9, 10]


async def test_a_log_that_is_empty_but_not_new_knows_only_its_end(db: Database, hub: Hub) -> None:
    await publish(db, *lows(range(10)))
    await reached(hub, 10)
    async with db.unit_of_work() as work:
        await work.execute(text("DELETE FROM platform.event_log"))
    with pytest.raises(CursorExpired):
        await hub.subscribe(Cursor(hub.cursor.incarnation, 9))
    subscription = await hub.subscribe(hub.cursor)
    await publish(db, low(10))
    assert [each.position for each in await take(subscription, 1)] == [11]


async def test_the_latest_events_come_from_memory(
    db: Database, wires: Wires, statements: list[str]
) -> None:
    async with hub_on_log(wires, recent=10) as hub:
        await publish(db, *lows(range(30)))
        await reached(hub, 30)
        for seen in range(20, 30):
            cursor = Cursor(hub.cursor.incarnation, seen)
            del statements[:]
            missed = await take(await hub.subscribe(cursor), 30 - seen)
            assert [each.position for each in missed] == list(range(seen + 1, 31))
            assert not [each for each in statements if "position <=" in each]
        everything = await hub.subscribe(Cursor(hub.cursor.incarnation, 0))
        assert await numbers(everything, 30) == list(range(30))
        few = Interest(ids=frozenset({"stk_2"}))
        waiting = await hub.subscribe(Cursor(hub.cursor.incarnation, 25), few)
        await publish(db, low(30), low(31, "stk_2"))
        assert await numbers(waiting, 1) == [31]


async def test_what_is_pruned_while_it_is_read_ends_the_subscription(
    db: Database, hub: Hub
) -> None:
    await publish(db, *lows(range(1200)))
    await reached(hub, 1200)
    subscription = await hub.subscribe(Cursor(hub.cursor.incarnation, 0))
    found = []

    async def read() -> None:
        async for received in subscription:
            found.append(received.position)
            if received.position == 500:
                async with db.unit_of_work() as work:
                    await work.execute(text("DELETE FROM platform.event_log WHERE position < 900"))

    with pytest.raises(CursorExpired):
        await read()
    assert found == list(range(1, 501))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "x:5",
        "0190-0000:1",
        "00000000-0000-4000-8000-000000000000:",
        "00000000-0000-4000-8000-000000000000:-1",
        "00000000-0000-4000-8000-000000000000:01",
        "00000000-0000-4000-8000-000000000000:9999999999999999999",
        "00000000-0000-4000-8000-00000000000G:1",
        " 00000000-0000-4000-8000-000000000000:1",
        "00000000-0000-4000-8000-000000000000:1\n",
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(MalformedCursor):
        Cursor.parse(text)


def test_a_printed_cursor_is_read_again() -> None:
    cursor = Cursor("00000000-0000-4000-8000-000000000000", 12)
    assert str(cursor) == "00000000-0000-4000-8000-000000000000:12"
    assert Cursor.parse(str(cursor)) == cursor


async def test_a_slow_subscriber_loses_its_place_and_resumes_and_nobody_waits_for_it(
    db: Database, hub: Hub
) -> None:
    slow, quick = await hub.subscribe(), await hub.subscribe()
    everything = asyncio.create_task(numbers(quick, 250))
    for begin in range(0, 250, 50):
        await publish(db, *lows(range(begin, begin + 50)))
        await reached(hub, begin + 50)
    assert await everything == list(range(250))
    assert hub.subscribers == 0  # the slow one has been detached, too

    found: list[int] = []

    async def read() -> None:
        async for received in slow:
            found.append(received.envelope.data["available"])

    with pytest.raises(Lagged) as lagged:
        await read()
    assert found == list(range(100))
    assert lagged.value.cursor == Cursor(hub.cursor.incarnation, 100)
    again = await hub.subscribe(lagged.value.cursor)
    assert await numbers(again, 150) == list(range(100, 250))


async def test_what_cannot_be_read_is_passed_over_and_counted(
    db: Database, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    subscription = await hub.subscribe()
    await publish(db, low(1))
    await reached(hub, 1)
    async with db.unit_of_work() as work:
        await work.execute(
            text("""
                INSERT INTO platform.outbox (id, agent, type, version, subject, aggregate_id,
                    partition, sequence, occurred_at, actor, correlation_id, data)
                SELECT 'evt_' || n, 'inventory', 'stock.low', n, 'stk_1', 'stk_1', 0, n + 9,
                    now(), 'x', 'x', '{"available": "many"}' FROM generate_series(1, 2) n
            """)
        )
    await publish(db, low(2))
    assert [each.position for each in await take(subscription, 2)] == [1, 4]
    assert hub.malformed == 2
    assert [record.getMessage().split(" is passed over")[0] for record in caplog.records] == [
        "event evt_1 at position 2",
        "event evt_2 at position 3",
    ]
    resumed = await hub.subscribe(Cursor(hub.cursor.incarnation, 1))
    assert [each.position for each in await take(resumed, 1)] == [4]


async def test_the_database_may_go_away_and_come_back(
    databases: dict[str, Database], hub: Hub, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Every connection but the writer's is killed, the one that listens too, again and again."""
    writer = databases["order"]
    killing = KILL.format(writer.engine.url.database)
    live = await hub.subscribe()
    everything = asyncio.create_task(numbers(live, 100))
    resumed = []
    for begin in range(0, 100, 10):
        await publish(writer, *lows(range(begin, begin + 10)))
        await server.command(killing)
        again = await hub.subscribe(Cursor(hub.cursor.incarnation, 0))
        resumed.append(await numbers(again, begin + 10))
    assert await everything == list(range(100))
    assert resumed == [list(range(end)) for end in range(10, 101, 10)]


async def test_a_hub_that_ends_tells_its_subscribers(wires: Wires) -> None:
    async with hub_on_log(wires) as hub:
        live = await hub.subscribe()
        behind = await hub.subscribe(hub.cursor)
    for subscription in (live, behind):
        with pytest.raises(HubClosed):
            await take(subscription, 1)
    with pytest.raises(HubClosed):
        await hub.subscribe()
    assert hub.subscribers == 0


async def test_a_log_that_was_replaced_ends_every_subscription(
    db: Database, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    """Positions begin again under another incarnation: the place of nobody is in it."""
    await publish(db, *lows(range(5)))
    await reached(hub, 5)
    live = await hub.subscribe()
    old = hub.cursor
    async with db.unit_of_work() as work:
        await work.execute(text("DELETE FROM platform.event_log"))
        await work.execute(
            text("UPDATE platform.log_counter SET last = 0, incarnation = gen_random_uuid()")
        )
        await work.rows(
            text("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        )
    with pytest.raises(CursorExpired):
        await take(live, 1)
    fresh = await hub.subscribe()
    await publish(db, low(1))
    assert [each.position for each in await take(fresh, 1)] == [1]
    with pytest.raises(CursorExpired):
        await hub.subscribe(old)
