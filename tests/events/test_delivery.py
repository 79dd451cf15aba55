"""What every bus promises to consumers: each event once and in order per key, or parked."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from events import cursors, parked, postgres_bus
from events.catalog.customer import CustomerUpdated
from events.catalog.inventory import StockLow
from events.consumer import Consumer
from events.event import Event
from events.outbox import emit
from events.parking import Replayed, park, replay
from events.postgres_bus import PostgresBus
from events.reading import agents_of
from events.received import Received
from events.replays import Replays
from events.sequencer import Sequencer
from events.topics import partition_of
from models.database import UnitOfWork
from models.transience import Unreachable
from tests.events.carried import ByPostgres, Carried
from tests.events.hearing import told
from tests.events.traffic import CAUSE, Counting, Wires, logged, running, say, until, updated

pytestmark = pytest.mark.commits

PARKED = text("""
    SELECT aggregate_id, reason, replay_asked_at IS NOT NULL AS asked FROM platform.parked_key
    WHERE consumer = 'counting' ORDER BY aggregate_id
""")
LETTERS = text("""
    SELECT aggregate_id, position, attempts FROM platform.dead_letter ORDER BY position
""")
MALFORMED = text("""
    SELECT consumer, reason FROM platform.malformed_event WHERE source LIKE 'log:%' ORDER BY source
""")
WAITING = text("""
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
""")
INBOX = text("SELECT count(*) FROM platform.inbox WHERE consumer = 'counting'")
FAILING = text("""
    SELECT attempts, failure, clock_timestamp() - failing_since AS failing_for
    FROM platform.consumer_cursor WHERE consumer = 'counting' AND failure IS NOT NULL
""")
PASS = text("""
    UPDATE platform.consumer_cursor c SET until = NULL,
        failing_since = c.failing_since - (old.until - clock_timestamp())
    FROM (SELECT * FROM platform.consumer_cursor WHERE consumer = 'counting' FOR UPDATE) old
    WHERE (c.consumer, c.agent, c.partition) = (old.consumer, old.agent, old.partition)
        AND c.attempts > 0 AND c.owner IS NULL AND old.until > clock_timestamp()
    RETURNING old.until - clock_timestamp() AS rest
""")
"""Time passes for those that rest: as much of it as they were to rest still."""

MOVE_ON = text("""
    UPDATE platform.consumer_cursor SET position = 1
    WHERE consumer = 'counting' AND owner IS NOT NULL
""")


class Poison:
    """Fails for one key until it is mended."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.mended = False

    async def __call__(self, event: Received[Event]) -> None:
        if event.envelope.aggregate_id == self.key and not self.mended:
            raise ValueError(f"no way\nwith {self.key}")


class Away:
    """A dependency that is away until it comes back; counts how often it was asked."""

    def __init__(self, key: str | None = None) -> None:
        self.back = False
        self.asked = 0
        self._key = key

    async def __call__(self, event: Received[Event]) -> None:
        if self._key in (None, event.envelope.aggregate_id) and not self.back:
            self.asked += 1
            raise Unreachable("the library is closed")

    async def was_asked(self, times: int) -> None:
        async def asked() -> int:
            return self.asked

        await until(asked, lambda count: count >= times)


async def test_each_event_takes_effect_once_and_keys_keep_their_order(carried: Carried) -> None:
    counting = Counting()
    async with carried.to(counting):
        for _ in range(30):
            await say(carried.db, *(f"cus_{number}" for number in range(20)))
        effects = await counting.took(carried.db, 600)
    for number in range(20):
        mine = [sequence for key, sequence in effects if key == f"cus_{number}"]
        assert mine == list(range(1, 31))
    assert (await carried.db.rows(INBOX))[0][0] == len(await counting.effects(carried.db)) == 600
    assert carried.captured.defects == []


async def test_what_a_handler_says_is_caused_by_the_event(carried: Carried) -> None:
    class Answering(Counting):
        async def apply(self, work: UnitOfWork, event: Received[Event], prepared: object) -> None:
            await super().apply(work, event, prepared)
            if event.envelope.causation_id is None:
                emit(work, updated(f"{event.envelope.aggregate_id}_too"))

    answering = Answering()
    async with carried.to(answering):
        await say(carried.db, "cus_1")
        assert await answering.took(carried.db, 2) == [("cus_1", 1), ("cus_1_too", 1)]
    [question, answer] = await carried.db.rows(
        text("""
            SELECT id, actor, correlation_id, causation_id, on_behalf_of FROM platform.event_log
            ORDER BY position""")
    )
    assert tuple(answer)[1:] == ("agent:counting", "req_1", question.id, "cus_1")
    assert tuple(question)[1:] == ("usr_1", "req_1", None, "cus_1")


async def test_types_that_nobody_asked_for_are_passed_over(carried: Carried) -> None:
    never = Counting("never", types=frozenset({"customer.created"}))
    counting = Counting()
    async with carried.to(never, counting):
        await say(carried.db, "cus_1")
        await counting.took(carried.db, 1)
        await until(lambda: carried.lag("never"), lambda lag: lag == 0)
    assert await never.effects(carried.db) == []
    assert await carried.db.rows(MALFORMED) == []


@pytest.mark.parametrize("where", ["preparing", "applying"])
async def test_a_poison_event_parks_its_key_and_only_its_key(carried: Carried, where: str) -> None:
    counting = Counting(**{where: (poison := Poison("cus_2"))})  # type: ignore[arg-type]  # by name
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_2", "cus_3", "cus_2")
        await counting.took(carried.db, 2)
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) == 2)
        await say(carried.db, "cus_2", "cus_1")
        assert sorted(await counting.took(carried.db, 3)) == [
            ("cus_1", 1), ("cus_1", 2), ("cus_3", 1),
        ]  # fmt: skip
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) == 3)
        [row] = await carried.db.rows(PARKED)
        assert tuple(row) == ("cus_2", "ValueError: no way", False)
        assert carried.captured.said == [("counting", "no way\nwith cus_2")]

        poison.mended = True
        await say(carried.db, "cus_2")
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) == 4)
        done = await replay(carried.db, counting, "cus_2", carried.captured)
        assert done == Replayed(4, 0)
        await say(carried.db, "cus_2")
        effects = await counting.took(carried.db, 8)
    assert [sequence for key, sequence in effects if key == "cus_2"] == [1, 2, 3, 4, 5]
    assert await carried.db.rows(PARKED) == []
    assert await carried.db.rows(LETTERS) == []


async def test_a_key_that_is_replayed_under_load_keeps_its_order(carried: Carried) -> None:
    counting = Counting(applying=(poison := Poison("cus_1")))
    async with carried.to(counting):
        await say(carried.db, "cus_1")
        await until(lambda: carried.db.rows(PARKED), lambda rows: len(rows) == 1)
        poison.mended = True

        async def load() -> None:
            for _ in range(100):
                await say(carried.db, "cus_1", "cus_2")

        loading = asyncio.create_task(load())
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) >= 10)
        await asyncio.gather(
            *(replay(carried.db, counting, "cus_1", carried.captured) for _ in range(3))
        )
        await loading
        effects = await counting.took(carried.db, 201)
    assert [sequence for key, sequence in effects if key == "cus_1"] == list(range(1, 102))
    assert [sequence for key, sequence in effects if key == "cus_2"] == list(range(1, 101))
    assert await carried.db.rows(PARKED) == []


async def test_a_replay_that_fails_again_leaves_all_that_waits(carried: Carried) -> None:
    counting = Counting(applying=Poison("cus_1"))
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_1")
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) == 2)
        async with carried.db.unit_of_work() as work:
            assert await parked.ask_for_replay(work, "counting", "cus_1")
            assert not await parked.ask_for_replay(work, "counting", "cus_2")
        await until(lambda: carried.db.rows(LETTERS), lambda rows: rows[0].attempts == 1)
    assert [tuple(row) for row in await carried.db.rows(LETTERS)] == [
        ("cus_1", 1, 1),
        ("cus_1", 2, 0),
    ]
    assert [tuple(row) for row in await carried.db.rows(PARKED)] == [
        ("cus_1", "ValueError: no way", False)
    ]
    assert await counting.effects(carried.db) == []


async def test_a_replay_that_is_asked_for_is_run_by_who_has_the_handlers(carried: Carried) -> None:
    counting = Counting(applying=(poison := Poison("cus_1")))
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_1")
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) == 2)
        poison.mended = True
        async with carried.db.unit_of_work() as work:
            await parked.ask_for_replay(work, "counting", "cus_1")
        assert await counting.took(carried.db, 2) == [("cus_1", 1), ("cus_1", 2)]
        await until(lambda: carried.db.rows(PARKED), lambda rows: rows == [])


async def test_a_replay_that_must_wait_keeps_no_other_waiting(wires: Wires) -> None:
    away = Away("cus_1")
    counting = Counting(preparing=away)
    async with wires.db.unit_of_work() as work:
        for event in told(updated("cus_1"), updated("cus_2")):
            await park(work, "counting", event.key)
            await parked.append(work, "counting", [event])
            await parked.ask_for_replay(work, "counting", event.key)
    replays = Replays(wires.db, [counting], wires.defects)
    await replays.tick()
    assert away.asked == 1
    assert await counting.effects(wires.db) == [("cus_2", 1)]
    [row] = await wires.db.rows(PARKED)
    assert tuple(row) == ("cus_1", "parked by hand", True)
    away.back = True
    await replays.tick()
    assert await counting.effects(wires.db) == [("cus_2", 1), ("cus_1", 1)]
    assert await wires.db.rows(PARKED) == []
    assert wires.captured.defects == []


async def test_a_replay_that_races_with_parking_leaves_nothing_behind(wires: Wires) -> None:
    """An event is about to go behind a key that is parked: the replay sees it, or comes before."""
    counting = Counting()
    [event] = told(updated("cus_1"))
    async with wires.db.unit_of_work() as work:
        assert await park(work, "counting", "cus_1")
    async with wires.db.unit_of_work() as work:
        assert not await parked.park(work, "counting", "cus_1", "it failed")
        replaying = asyncio.create_task(replay(wires.db, counting, "cus_1", wires.captured))

        async def stands() -> bool:
            return replaying.done() or bool(await wires.db.rows(WAITING))

        await until(stands, bool)
        await parked.append(work, "counting", [event], "it failed")
    assert await replaying == Replayed(1, 0)
    assert await wires.db.rows(PARKED) == []
    assert await wires.db.rows(LETTERS) == []
    assert await counting.effects(wires.db) == [("cus_1", 1)]


@pytest.mark.parametrize("where", ["preparing", "applying"])
async def test_a_dependency_that_is_away_parks_nothing(carried: Carried, where: str) -> None:
    counting = Counting(**{where: (away := Away())})  # type: ignore[arg-type]  # by name
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_1", "cus_2")
        await away.was_asked(4)
        failing = await until(lambda: carried.db.rows(FAILING), lambda rows: len(rows) > 0)
        assert {row.failure for row in failing} == {"Unreachable: the library is closed"}
        assert await counting.effects(carried.db) == []
        away.back = True
        effects = await counting.took(carried.db, 3)
        await until(lambda: carried.db.rows(FAILING), lambda rows: rows == [])
    assert sorted(effects) == [("cus_1", 1), ("cus_1", 2), ("cus_2", 1)]
    assert await carried.db.rows(PARKED) == []
    assert carried.captured.defects == []


async def test_ten_minutes_without_a_dependency_park_nothing(
    carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes as the bus counts them: each rest is over as soon as it has begun."""
    monkeypatch.setattr(postgres_bus, "POLL", 0.02)
    counting = Counting(preparing=(away := Away("cus_1")))
    rested = timedelta()
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_1")
        while rested < timedelta(minutes=10):
            async with carried.db.unit_of_work() as work:
                rested += sum((row.rest for row in await work.rows(PASS)), timedelta())
            await asyncio.sleep(0.01)
            assert await counting.effects(carried.db) == []
        [row] = await until(lambda: carried.db.rows(FAILING), lambda rows: len(rows) == 1)
        assert row.attempts > 20
        assert row.failing_for > timedelta(minutes=10)
        assert await carried.db.rows(PARKED) == []
        await say(carried.db, "cus_1", "cus_2")
        away.back = True
        await until(lambda: _passed(carried, counting), lambda effects: len(effects) == 4)
    effects = await counting.effects(carried.db)
    assert [sequence for key, sequence in effects if key == "cus_1"] == [1, 2, 3]
    assert [sequence for key, sequence in effects if key == "cus_2"] == [1]
    assert away.asked >= row.attempts
    assert await carried.db.rows(PARKED) == []
    assert await carried.db.rows(LETTERS) == []
    assert await carried.db.rows(FAILING) == []
    assert carried.captured.defects == []


async def _passed(carried: Carried, counting: Counting) -> list[tuple[str, int]]:
    """What took effect, once the time to rest is over."""
    await carried.db.rows(PASS)
    return await counting.effects(carried.db)


async def test_an_operator_parks_what_waits_for_too_long(carried: Carried) -> None:
    """The stream goes on behind it; once the dependency is back, a replay brings the rest."""
    counting = Counting(preparing=(away := Away("cus_1")))
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_1")
        await away.was_asked(2)
        async with carried.db.unit_of_work() as work:
            assert await park(work, "counting", "cus_1")
            assert not await park(work, "counting", "cus_1")
        await until(lambda: carried.db.rows(LETTERS), lambda rows: len(rows) == 2)
        away.back = True
        assert await replay(carried.db, counting, "cus_1", carried.captured) == Replayed(2, 0)
    assert await counting.effects(carried.db) == [("cus_1", 1), ("cus_1", 2)]
    [row] = await carried.db.rows(text("SELECT count(*) FROM platform.parked_key"))
    assert row[0] == 0


async def test_an_event_that_cannot_be_read_is_kept_and_passed(carried: Carried) -> None:
    async with carried.db.unit_of_work(CAUSE) as work:
        early = work.because(CAUSE)
        emit(early, updated("cus_1"), updated("cus_1"), updated("cus_1"))
        await early.flush()
        await work.execute(
            text("UPDATE platform.outbox SET data = '{\"fields\": 7}' WHERE sequence = 1")
        )
        await work.execute(
            text("UPDATE platform.outbox SET type = 'customer.levitated' WHERE sequence = 2")
        )
    counting = Counting()
    async with carried.to(counting):
        assert await counting.took(carried.db, 1) == [("cus_1", 3)]
    rows = await carried.db.rows(MALFORMED)
    assert [row.consumer for row in rows] == ["counting", "counting"]
    assert rows[0].reason.startswith("customer.updated: fields: ")
    assert rows[1].reason == "'customer.levitated' is no event of the catalog"
    assert await carried.db.rows(PARKED) == []


async def test_an_event_that_comes_again_takes_no_effect(carried: Carried) -> None:
    counting = Counting()
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_2")
        await counting.took(carried.db, 2)
    await carried.db.rows(
        text("UPDATE platform.consumer_cursor SET position = 0 RETURNING position")
    )
    async with carried.to(counting):
        await say(carried.db, "cus_1", "cus_2")
        await counting.took(carried.db, 4)
        await until(lambda: carried.lag("counting"), lambda lag: lag == 0)
    assert sorted(await counting.effects(carried.db)) == [
        ("cus_1", 1), ("cus_1", 2), ("cus_2", 1), ("cus_2", 2),
    ]  # fmt: skip


async def test_processes_share_the_work_of_one_consumer(carried: Carried) -> None:
    counting = Counting()
    async with carried.to(counting), carried.to(counting), carried.to(counting):
        for _ in range(20):
            await say(carried.db, *(f"cus_{number}" for number in range(30)))
        effects = await counting.took(carried.db, 600)
        await until(lambda: carried.lag("counting"), lambda lag: lag == 0)
    assert len(await counting.effects(carried.db)) == 600
    for number in range(30):
        mine = [sequence for key, sequence in effects if key == f"cus_{number}"]
        assert mine == list(range(1, 21))


async def test_an_older_version_that_starts_stops_nobody(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows of fewer streams, and takes the cursors of all others away."""
    monkeypatch.setattr(postgres_bus, "AGAIN", 0.0)
    counting = Counting()
    newer, older = ByPostgres(wires), Counting(types=frozenset({StockLow.type}))
    async with newer.to(counting):
        await say(wires.db, "cus_1")
        await counting.took(wires.db, 1)
        async with wires.db.unit_of_work() as work:
            await cursors.forget(work, older.name, agents_of(older))
        await say(wires.db, "cus_1", "cus_2")
        effects = await counting.took(wires.db, 3)
        await until(lambda: newer.lag("counting"), lambda lag: lag == 0)
    assert await counting.effects(wires.db) == effects
    assert [sequence for key, sequence in effects if key == "cus_1"] == [1, 2]


async def test_consumers_do_not_wait_for_one_another(carried: Carried) -> None:
    stuck, poisoned = Counting("stuck", preparing=Away()), Counting(applying=Poison("cus_1"))
    fine = Counting("fine")
    async with carried.to(stuck, poisoned, fine):
        for _ in range(5):
            await say(carried.db, "cus_1", "cus_2")
        assert len(await fine.took(carried.db, 10)) == 10
        assert {key for key, _ in await poisoned.took(carried.db, 5)} == {"cus_2"}
    assert await stuck.effects(carried.db) == []


async def test_a_consumer_without_types_reads_nothing(carried: Carried) -> None:
    deaf = Counting("deaf", types=frozenset())
    counting = Counting(types=frozenset({CustomerUpdated.type}))
    async with carried.to(deaf, counting):
        await say(carried.db, "cus_1")
        await counting.took(carried.db, 1)
    rows = await carried.db.rows(text("SELECT DISTINCT consumer FROM platform.consumer_cursor"))
    assert [row.consumer for row in rows] == ["counting"]


async def test_of_a_group_the_others_take_effect_at_once(carried: Carried) -> None:
    """One stream of the group fails for good, one in passing: neither delays the rest."""
    away, poison = Away("cus_2"), Poison("cus_1")

    async def applying(event: Received[Event]) -> None:
        await poison(event)
        await away(event)

    keys = [f"cus_{number}" for number in range(1, 12)]
    counting = Counting(applying=applying)
    await say(carried.db, *keys, *keys)
    async with carried.to(counting):
        effects = await counting.took(carried.db, 18)
        assert {key for key, _ in effects} == set(keys[2:])
        rows = await until(lambda: carried.db.rows(PARKED), lambda rows: len(rows) == 1)
        assert [row.aggregate_id for row in rows] == ["cus_1"]
        away.back = True
        effects = await counting.took(carried.db, 20)
    assert [effect for effect in effects if effect[0] == "cus_2"] == [("cus_2", 1), ("cus_2", 2)]


async def test_a_stream_with_a_backlog_delays_no_other(wires: Wires) -> None:
    """What a stream has to catch up with is not read before what is new in the others."""
    done: list[str] = []

    async def applying(event: Received[Event]) -> None:
        done.append(event.envelope.aggregate_id)

    assert partition_of("cus_1") != partition_of("cus_2")
    way, counting = ByPostgres(wires), Counting(applying=applying)
    for _ in range(3):
        await say(wires.db, *["cus_1"] * 1000)
    await say(wires.db, "cus_2")
    async with running(Sequencer(wires.db, wires.bell, wires.defects).run()):
        await logged(wires.db, 3001)
    async with way.to(counting):
        await counting.took(wires.db, 3001)
    assert done.index("cus_2") < 2500


async def test_a_stream_that_fails_slowly_delays_no_other(wires: Wires) -> None:
    """Its dependency is away; asked again, it does not answer for as long as the others want."""
    over = asyncio.Event()
    asked = 0

    async def slow(event: Received[Event]) -> None:
        nonlocal asked
        if event.envelope.aggregate_id == "cus_1":
            asked += 1
            if asked > 1:
                await over.wait()
            raise Unreachable("the library does not answer")

    way, counting = ByPostgres(wires), Counting(preparing=slow)
    async with way.to(counting):
        await say(wires.db, "cus_1", "cus_2")
        for number in range(1, 15):
            await counting.took(wires.db, number)
            await say(wires.db, "cus_2")
        assert asked > 1
        over.set()


class LongClaims(ByPostgres):
    """What is not given back is held for longer than a test lasts."""

    def bus(self, wires: Wires, consumers: Sequence[Consumer]) -> Coroutine[Any, Any, None]:
        life = timedelta(minutes=10)
        return PostgresBus(wires.db, wires.bell, consumers, wires.defects, life=life).run()


async def test_a_stream_that_was_moved_on_is_free_at_once(wires: Wires) -> None:
    """By somebody without a claim, or by a commit that the server could not confirm any more."""
    moved = asyncio.Event()

    async def preparing(event: Received[Event]) -> None:
        if not moved.is_set():
            moved.set()
            async with wires.db.unit_of_work() as work:
                await work.execute(MOVE_ON)

    way, counting = LongClaims(wires), Counting(preparing=preparing)
    async with way.to(counting):
        await say(wires.db, "cus_1")
        await moved.wait()
        await say(wires.db, "cus_1")
        assert await counting.took(wires.db, 1) == [("cus_1", 2)]
