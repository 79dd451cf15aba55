"""Orders led by runners that are killed and frozen at random, changed and canceled meanwhile.

In the end every order is CONFIRMED with exactly what is in it, or CANCELED with nothing; each said
so once; stock adds up; and what nobody leads any more expires. `SOUK_SAGAS` is how many orders:
`make kill-sagas` has five hundred, and as many kills as happen meanwhile.
"""

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Database
from subgraphs.order.settings import OrderSettings
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.order.desk import Desk
from tests.order.leading import BY_HAND
from tests.order.shop import Shop
from tests.platform import Platform

pytestmark = pytest.mark.commits
ORDERS = int(os.environ.get("SOUK_SAGAS", "8"))
RUNNERS = 2
THINGS = 6
STOCK = 100 * ORDERS


def _changed(table: str, change: str, where: str) -> str:
    """Without waiting for whoever is frozen in the middle of a transaction."""
    free = f"SELECT ctid FROM platform.{table} WHERE {where} FOR UPDATE SKIP LOCKED"  # noqa: S608  # ours, all of it
    every = f"ARRAY({free})"
    return f"UPDATE platform.{table} SET {change} WHERE ctid = ANY ({every}) RETURNING 1"  # noqa: S608  # likewise


PAST = "leased_until = now() - interval '1 s'"
LEASED = "leased_until > now()"
LEASES_END = [
    _changed("idempotency", PAST, f"{LEASED} AND outcome IS NULL"),
    *(_changed(table, PAST, LEASED) for table in ("saga", "intent", "schedule")),
]
HURRY = [
    _changed("saga_step", "due_at = NULL", "state IN ('RUNNING', 'COMPENSATING')"),
    *(_changed(table, "due_at = now()", "due_at > now()") for table in ("saga", "intent")),
]
EXPIRY = "timer = 'reservation_expiry' AND due_at > now()"
EXPIRE_SOME = _changed("schedule", "due_at = now()", f"{EXPIRY} AND random() < 0.2")
EXPIRE_ALL = _changed("schedule", "due_at = now()", EXPIRY)
LEVELS = """SELECT variant_id, sum(available) AS available, sum(reserved) AS reserved,
    sum(on_hand) AS on_hand, count(*) AS places FROM inventory.stock_level GROUP BY variant_id"""
OPEN = """SELECT id FROM "order".orders WHERE status NOT IN ('CONFIRMED', 'CANCELED')"""
STOPPED = """SELECT id FROM "order".orders WHERE status = 'ON_HOLD'"""
ACTIVE = "SELECT id FROM inventory.reservation WHERE status = 'ACTIVE'"
BUSY = "SELECT id FROM platform.saga WHERE state NOT IN ('UNAVAILABLE', 'CANCELED')"


@dataclass
class Runners:
    """Processes that lead orders; each is replaced when it dies."""

    job: Mapping[str, Any]
    chance: random.Random
    living: list[Process] = field(default_factory=list)
    thawed: list[Process] = field(default_factory=list)
    deaths: int = 0

    async def begin(self, mortal: bool) -> Process:
        answers = self.chance.randint(1, 12) if mortal else 0
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.dying_runner", stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({**self.job, "answers": answers}).encode())
        process.stdin.close()
        return process

    async def replace(self, mortal: bool = True) -> None:
        for place, process in enumerate(self.living):
            if process.returncode is not None:
                assert process.returncode == -signal.SIGKILL
                self.deaths += 1
                self.living[place] = await self.begin(mortal)

    async def strike(self) -> None:
        """One of them is killed, or frozen for a while and replaced; when it thaws, it goes on."""
        place = self.chance.randrange(RUNNERS)
        struck = self.living[place]
        if self.chance.random() < 0.3:
            _signal(struck, signal.SIGSTOP)
            self.thawed.append(struck)
            self.living[place] = await self.begin(mortal=True)
            loop, seconds = asyncio.get_running_loop(), 3 * self.chance.random()
            loop.call_later(seconds, _signal, struck, signal.SIGCONT)
        elif self.chance.random() < 0.5:
            _signal(struck, signal.SIGKILL)

    async def end(self) -> None:
        for process in [*self.living, *self.thawed]:
            _signal(process, signal.SIGKILL)
            await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


@asynccontextmanager
async def _runners(shop: Shop, spool: Path, chance: random.Random) -> AsyncIterator[Runners]:
    urls = {
        agent: db.engine.url.render_as_string(hide_password=False)
        for agent, db in shop.databases.items()
    }
    runners = Runners({"urls": urls, "spool": str(spool)}, chance)
    runners.living = [await runners.begin(mortal=True) for _ in range(RUNNERS)]
    try:
        yield runners
    finally:
        await runners.end()


async def _sql(shop: Shop, *statements: str) -> list[Any]:
    found: list[Any] = []
    for statement in statements:
        found = [tuple(row) for row in await shop.db.rows(text(statement))]
    return found


@dataclass
class Customers:
    """What people do meanwhile: they order, change, cancel and confirm."""

    shop: Shop
    desk: Desk
    chance: random.Random
    orders: list[str] = field(default_factory=list)
    canceled: set[str] = field(default_factory=set)

    def basket(self) -> dict[int, int]:
        things = self.chance.sample(range(1, THINGS + 1), self.chance.randint(1, 3))
        return {thing: self.chance.randint(1, 5) for thing in things}

    async def act(self) -> None:
        if len(self.orders) < ORDERS:
            self.orders.append((await self.desk.placed(self.basket()))["id"])
        order = self.chance.choice(self.orders)
        deed = self.chance.random()
        if deed < 0.3:
            await self.desk.lines(order, self.basket(), ADMIN)
        elif deed < 0.6:
            await self.desk.do("confirmOrder", ADMIN, orderId=order)
        elif deed < 0.7:
            payload = await self.desk.cancel(order, ADMIN)
            if not payload["errors"]:
                self.canceled.add(order)

    async def settle(self) -> None:
        """Whoever has not confirmed yet does; what was stopped for want of stock goes on."""
        for (order,) in await _sql(self.shop, STOPPED):
            await self.desk.do("releaseOrder", ADMIN, orderId=order)
        for (order,) in await _sql(self.shop, OPEN):
            await self.desk.do("confirmOrder", ADMIN, orderId=order)


@pytest.fixture
async def shop(databases: Mapping[str, Database]) -> Shop:
    shop = await Shop(databases).open()
    await shop.sells(*range(4, THINGS + 1))
    async with databases["inventory"].unit_of_work() as work:
        await work.execute(
            text("UPDATE inventory.stock_level SET available = :stock"), {"stock": STOCK}
        )
    return shop


async def test_every_order_ends_well(
    shop: Shop, ask: Ask, platform: Platform, tmp_path: Path
) -> None:
    platform.settings = {OrderSettings: BY_HAND}
    chance = random.Random(ORDERS)
    customers = Customers(shop, Desk(ask), chance)
    async with _runners(shop, tmp_path / "spool", chance) as runners:
        while len(customers.orders) < ORDERS or runners.deaths < ORDERS // 3:
            await customers.act()
            await _sql(shop, *HURRY)
            if chance.random() < 0.2:
                await _sql(shop, EXPIRE_SOME)
            if chance.random() < 0.1:
                await runners.strike()
            await runners.replace()
            await _sql(shop, *LEASES_END)
            await asyncio.sleep(chance.random() / 20)
        while await _sql(shop, OPEN) or await _sql(shop, BUSY):
            await customers.settle()
            await runners.replace(mortal=False)
            await _sql(shop, *HURRY, *LEASES_END)
            await asyncio.sleep(0.05)
        while await _sql(shop, "SELECT key FROM platform.intent"):
            await runners.replace(mortal=False)
            await _sql(shop, *HURRY, *LEASES_END)
            await asyncio.sleep(0.05)
        while await shop.databases["inventory"].rows(text(ACTIVE)):
            await runners.replace(mortal=False)
            await _sql(shop, EXPIRE_ALL, *LEASES_END)
            await asyncio.sleep(0.05)
        sys.stdout.write(f"{ORDERS} orders, {runners.deaths} deaths\n")
    await _check(shop, customers)


async def _check(shop: Shop, customers: Customers) -> None:
    said = Counter((type, id) for type, id, *_ in await shop.facts())
    held = Counter[str]()
    for order in customers.orders:
        row = await shop.row(order)
        kept = dict(await shop.reservations(order))
        sold = [id for id, state in kept.items() if state == "COMMITTED"]
        assert set(kept.values()) <= {"COMMITTED", "RELEASED", "EXPIRED"}
        if row.status.name == "CANCELED":
            assert (order in customers.canceled, sold) == (True, [])
            assert (said["order.canceled", order], said["order.placed", order]) == (1, 1)
            assert said["order.confirmed", order] <= 1
        else:
            assert sold == [row.reservation_id]
            units = {id: n for id, n in (await shop.reserved(sold[0])).items() if n}
            assert units == await shop.ordered(order)
            held.update(units)
            assert (said["order.confirmed", order], said["order.canceled", order]) == (1, 0)
    levels = await shop.databases["inventory"].rows(text(LEVELS))
    for level in levels:
        assert level.reserved == held[level.variant_id]
        assert (level.on_hand, level.available) == (
            STOCK * level.places,
            level.on_hand - level.reserved,
        )
    gaps = """SELECT aggregate_id FROM platform.outbox GROUP BY aggregate_id
        HAVING count(*) <> max(sequence) OR min(sequence) <> 1"""
    assert await _sql(shop, gaps) == []
    assert await _sql(shop, "SELECT path, kind, message FROM platform.captured_error") == []
