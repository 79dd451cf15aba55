"""The order agent's process killed between reservation and PLACED: a real SIGKILL."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.database import Database
from models.order import OrderStatus
from subgraphs.inventory.timers import TIMERS
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.schedule import Schedule
from tests.conftest import Ask
from tests.order.desk import Desk, basket
from tests.order.shop import ADDRESS, DHL, Shop, var

pytestmark = pytest.mark.commits

LEASE_ENDS = text("""
    UPDATE platform.idempotency SET leased_until = now() - interval '1 second'
    WHERE outcome IS NULL RETURNING key
""")
TIME_IS_UP = text("""
    UPDATE platform.schedule SET due_at = now() - interval '1 second' WHERE key = :key RETURNING key
""")


@pytest.fixture
async def shop(databases: Mapping[str, Database]) -> Shop:
    return await Shop(databases).open()


@pytest.fixture
def desk(ask: Ask) -> Desk:
    return Desk(ask)


async def _killed(shop: Shop, tmp_path: Path, name: str, input: Mapping[str, Any]) -> None:
    """Run the mutation in a process of its own that dies once inventory has answered."""
    urls = {
        agent: db.engine.url.render_as_string(hide_password=False)
        for agent, db in shop.databases.items()
    }
    job = {
        "urls": urls,
        "after": "reserve",
        "name": name,
        "input": input,
        "spool": str(tmp_path / "spool"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.dying", stdin=asyncio.subprocess.PIPE
    )
    await process.communicate(json.dumps(job).encode())
    assert process.returncode == -signal.SIGKILL


async def _check(shop: Shop, order: str, units: Mapping[int, int]) -> None:
    """Placed, with exactly these lines reserved for it."""
    row = await shop.row(order)
    assert row.status is OrderStatus.PLACED
    wanted = {var(number): count for number, count in units.items()}
    assert await shop.ordered(order) == wanted
    assert await shop.reserved(row.reservation_id) == wanted


async def _expire(shop: Shop, spool: Path, reservation: str) -> None:
    """Its time is up: inventory's timer gives the reservation up."""
    db = shop.databases["inventory"]
    await db.rows(TIME_IS_UP, {"key": reservation})
    schedule = Schedule(db, TIMERS, DatabaseCapture(db, spool))
    while await schedule.tick():
        pass


async def test_killed_then_placed_again(shop: Shop, desk: Desk, tmp_path: Path) -> None:
    draft = await desk.draft({1: 3, 2: 1})
    await _killed(shop, tmp_path, "placeOrder", {"orderId": draft["id"], "idempotencyKey": "k"})
    assert (await shop.row(draft["id"])).status is OrderStatus.DRAFT
    assert [state for _, state in await shop.reservations(draft["id"])] == ["ACTIVE"]
    assert await shop.facts("order.placed") == []

    assert (await desk.place(draft["id"]))["errors"] == []
    await _check(shop, draft["id"], {1: 3, 2: 1})
    assert len(await shop.reservations(draft["id"])) == 1
    assert [await shop.free(number) for number in (1, 2)] == [97, 99]


async def test_killed_then_edited_and_placed_again(shop: Shop, desk: Desk, tmp_path: Path) -> None:
    draft = await desk.draft({1: 3, 2: 1})
    await _killed(shop, tmp_path, "placeOrder", {"orderId": draft["id"], "idempotencyKey": "k"})
    assert (await desk.lines(draft["id"], {1: 1, 3: 4}))["errors"] == []
    assert (await desk.place(draft["id"]))["errors"] == []
    await _check(shop, draft["id"], {1: 1, 3: 4})
    orphan, placed = [id for id, _ in await shop.reservations(draft["id"])]
    assert placed == (await shop.row(draft["id"])).reservation_id
    await _expire(shop, tmp_path / "spool", orphan)
    states = [state for _, state in await shop.reservations(draft["id"])]
    assert states == ["EXPIRED", "ACTIVE"]
    assert [await shop.free(number) for number in (1, 2, 3)] == [99, 100, 96]


async def test_the_orphan_expires_and_its_units_come_back(
    shop: Shop, desk: Desk, tmp_path: Path
) -> None:
    draft = await desk.draft({1: 100})
    await _killed(shop, tmp_path, "placeOrder", {"orderId": draft["id"], "idempotencyKey": "k"})
    assert await shop.free(1) == 0
    [(orphan, _)] = await shop.reservations(draft["id"])
    await _expire(shop, tmp_path / "spool", orphan)
    assert await shop.free(1) == 100
    assert (await desk.place(draft["id"]))["errors"] == []
    await _check(shop, draft["id"], {1: 100})


async def test_the_twin_of_the_killed_caller_takes_over(
    shop: Shop, desk: Desk, tmp_path: Path
) -> None:
    draft = await desk.draft({1: 3})
    same = {"orderId": draft["id"], "idempotencyKey": "k"}
    await _killed(shop, tmp_path, "placeOrder", same)
    assert len(await shop.db.rows(LEASE_ENDS)) == 1
    first = await desk.do("placeOrder", **same)
    assert first["errors"] == []
    assert (await desk.do("placeOrder", **same))["order"]["id"] == first["order"]["id"]
    await _check(shop, draft["id"], {1: 3})
    assert len(await shop.facts("order.placed")) == 1


async def test_killed_while_creating_and_placing_at_once(
    shop: Shop, desk: Desk, tmp_path: Path
) -> None:
    input: dict[str, Any] = {
        "currency": "EUR",
        "lines": basket({1: 2}),
        "shippingAddress": ADDRESS,
        "shippingMethodId": DHL,
        "place": True,
        "idempotencyKey": "once",
    }
    await _killed(shop, tmp_path, "createOrder", input)
    assert await shop.db.rows(text('SELECT id FROM "order".orders')) == []
    await shop.db.rows(LEASE_ENDS)
    made = await desk.do("createOrder", **input)
    assert made["errors"] == []
    await _check(shop, made["order"]["id"], {1: 2})
    assert await shop.free(1) == 98
    assert len(await shop.facts("order.placed")) == 1
