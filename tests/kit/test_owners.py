"""Whoever settles an owner waits for writers; a writer is refused, or told to try again."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from models.order import orders
from models.owners import BUSY, ERASURE, owner_mark
from subgraphs.kit import Refused, owners
from subgraphs.kit.errors import ErasureRequestedError, UnavailableError
from tests.inventory.waiting import blocked

pytestmark = pytest.mark.commits
WRITE = text("""INSERT INTO "order".orders
    (id, customer_id, status, currency, address, created_at, updated_at)
    VALUES (:id, :owner, 'DRAFT', 'EUR', CAST(:address AS jsonb), now(), now())
    RETURNING customer_id""")
ANNA, BEN, CARA = "cus_1", "cus_2", "cus_3"
HOME = '{"city": "Berlin"}'


@pytest.fixture
def db(databases: dict[str, Database]) -> Database:
    """The order agent's: its table of orders stands for all that declare an owner."""
    return databases["order"]


async def _write(db: Database, owner: str, address: str | None = HOME, id: str = "ord_1") -> str:
    async with db.unit_of_work() as work:
        [row] = await work.rows(WRITE, {"id": id, "owner": owner, "address": address})
    return str(row.customer_id)


async def _state(writing: "asyncio.Future[str]") -> str:
    with pytest.raises(DBAPIError) as refused:
        await writing
    return str(getattr(refused.value.orig, "sqlstate", None))


async def _erase(db: Database, owner: str) -> None:
    async with db.unit_of_work() as work:
        await owners.take(work, "order", [owner])
        await owners.erase(work, "order", [owner], "era_1")


async def test_what_is_being_written_is_waited_for_and_scrubbed(db: Database) -> None:
    async with db.unit_of_work() as work:
        assert await owners.settled(work, "order", ANNA) == ANNA
        await work.rows(WRITE, {"id": "ord_1", "owner": ANNA, "address": HOME})
        erasing = asyncio.create_task(_erase(db, ANNA))
        await blocked(db)
    await erasing
    [row] = await db.rows(select(orders.c.address, orders.c.version))
    assert (row.address, row.version) == (None, 2)


async def test_whoever_comes_meanwhile_is_told_to_try_again(db: Database) -> None:
    async with db.unit_of_work() as work:
        await owners.take(work, "order", [ANNA])
        assert await _state(asyncio.ensure_future(_write(db, ANNA))) == BUSY
        async with db.unit_of_work() as other:
            with pytest.raises(Refused) as refused:
                await owners.settled(other, "order", ANNA)
            assert isinstance(refused.value.errors[0], UnavailableError)
        assert await _write(db, BEN) == BEN
    assert await _write(db, ANNA, id="ord_2") == ANNA


async def test_whoever_comes_afterwards_writes_nothing_personal(db: Database) -> None:
    await _write(db, ANNA)
    await _erase(db, ANNA)
    assert await _state(asyncio.ensure_future(_write(db, ANNA, id="ord_2"))) == ERASURE
    assert await _write(db, ANNA, None, "ord_3") == ANNA
    change = text("""UPDATE "order".orders SET address = '{"city": "Bonn"}' RETURNING id""")
    async with db.unit_of_work() as work:
        with pytest.raises(Refused) as refused:
            await owners.settled(work, "order", ANNA)
        assert isinstance(refused.value.errors[0], ErasureRequestedError)
    with pytest.raises(DBAPIError):
        async with db.unit_of_work() as work:
            await work.rows(change)
    states = text("""UPDATE "order".orders SET status = 'CANCELED', cancel_reason = 'OTHER'
        RETURNING id""")
    async with db.unit_of_work() as work:
        assert len(await work.rows(states)) == 2
    assert [row.address for row in await db.rows(select(orders.c.address))] == [None, None]


async def test_a_veto_lifts_its_own_request_and_no_other(db: Database) -> None:
    async with db.unit_of_work() as work:
        await owners.merge(work, "order", BEN, ANNA)
        await owners.request(work, "order", [ANNA, BEN], "era_2")
    async with db.unit_of_work() as work:
        await owners.withdraw(work, "order", [ANNA, BEN], "era_1")
    assert await _state(asyncio.ensure_future(_write(db, ANNA))) == ERASURE
    async with db.unit_of_work() as work:
        await owners.withdraw(work, "order", [ANNA, BEN], "era_2")
    mark = owner_mark.c
    left = await db.rows(select(mark.owner_id, mark.into_id, mark.erasure_id))
    assert [tuple(row) for row in left] == [(BEN, ANNA, None)]
    assert await _write(db, ANNA) == ANNA


async def test_a_merged_owner_is_whoever_is_left(db: Database) -> None:
    await _write(db, ANNA)
    async with db.unit_of_work() as work:
        await owners.merge(work, "order", BEN, CARA)  # heard of before the first merge
    async with db.unit_of_work() as work:
        await owners.merge(work, "order", ANNA, BEN)
    assert [row.customer_id for row in await db.rows(select(orders.c.customer_id))] == [CARA]
    assert await _write(db, ANNA, id="ord_2") == CARA
    async with db.unit_of_work() as work:
        assert await owners.settled(work, "order", ANNA) == CARA
    await _erase(db, CARA)
    assert await _state(asyncio.ensure_future(_write(db, ANNA, id="ord_3"))) == ERASURE


async def test_a_family_is_all_that_any_agent_knows_of(db: Database) -> None:
    async with db.unit_of_work() as work:
        await owners.merge(work, "order", ANNA, BEN)
        await owners.merge(work, "elsewhere", BEN, CARA)
        await owners.request(work, "order", ["cus_4"], "era_1")
    assert await owners.former_ids(db, CARA) == {ANNA, BEN, CARA}
    assert await owners.former_ids(db, BEN) == {ANNA, BEN}
    assert await owners.former_ids(db, "cus_4") == {"cus_4"}


async def test_an_agents_marks_are_its_own(db: Database) -> None:
    async with db.unit_of_work() as work:
        await owners.erase(work, "inventory", [ANNA], "era_1")
    assert await _write(db, ANNA) == ANNA


async def test_a_family_is_found_without_reading_all_marks(databases: dict[str, Database]) -> None:
    marks = text("""INSERT INTO platform.owner_mark (agent, owner_id, into_id)
        SELECT 'order', 'cus_' || n, 'cus_' || n + 1 FROM generate_series(1, 20000) n""")
    family = text("EXPLAIN SELECT owner_id FROM platform.owner_mark WHERE into_id = 'cus_7'")
    async with databases["platform"].unit_of_work() as work:
        await work.execute(marks)
        await work.execute(text("ANALYZE platform.owner_mark"))
        plan = await work.rows(family)
    assert plan[0][0].startswith("Index Scan using owner_mark_into_id_idx on owner_mark ")


async def test_one_transaction_may_write_for_very_many(db: Database) -> None:
    """More than the server has locks for: 64 for each of 100 connections."""
    many = text("""INSERT INTO "order".orders
        (id, customer_id, status, currency, address, created_at, updated_at)
        SELECT 'ord_' || n, 'cus_' || n, 'DRAFT', 'EUR', '{"city": "Berlin"}', now(), now()
        FROM generate_series(1, 20000) n RETURNING 1""")
    async with db.unit_of_work() as work:
        assert len(await work.rows(many)) == 20_000
