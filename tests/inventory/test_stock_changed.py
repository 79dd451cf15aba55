"""stockChanged: for staff that may read stock, and for nobody else."""

from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, staff
from tests.conftest import Ask
from tests.inventory.stock import ADJUST, level, stock
from tests.platform import Platform
from tests.watching import cursors, watching

# What is cut off in the middle of a query takes its connection along.
pytestmark = pytest.mark.commits
DOCUMENT = """subscription ($id: ID, $after: String) { stockChanged(id: $id, after: $after) {
  cursor type stockLevel { id available low } } }"""


async def adjust(ask: Ask, number: int, delta: int) -> None:
    input: dict[str, Any] = {
        "stockLevelId": level(number),
        "delta": delta,
        "reason": "broken",
        "idempotencyKey": f"{number} {delta}",
    }
    assert (await ask(ADJUST, input=input))["adjustStock"]["errors"] == []


async def test_staff_hears_of_changes_and_of_what_runs_low(
    platform: Platform, ask: Ask, db: Database
) -> None:
    await stock(db, (1, 1, 10), (2, 1, 10), reorder_point=5)
    async with (
        platform.listening(),
        watching(platform, "inventory", DOCUMENT, reader("inventory")) as everything,
        watching(platform, "inventory", DOCUMENT, ADMIN, id=level(2)) as one,
    ):
        await adjust(ask, 1, -1)
        await adjust(ask, 2, -6)
        changes = await everything.data(3)
        assert [(each["type"], each["stockLevel"]["id"]) for each in changes] == [
            ("stock.changed", level(1)),
            ("stock.changed", level(2)),
            ("stock.low", level(2)),
        ]
        assert cursors(changes) == [1, 2, 3]
        low = {"id": level(2), "available": 4, "low": True}
        assert [each["stockLevel"] for each in await one.data(2)] == [low, low]


@pytest.mark.parametrize("principal", [ANONYMOUS, customer("cus_ANNA"), staff("order:read")])
async def test_nobody_else(platform: Platform, db: Database, principal: Principal) -> None:
    await stock(db, (1, 1, 10))
    async with (
        platform.listening() as hub,
        watching(platform, "inventory", DOCUMENT, principal, id=level(1)) as seen,
    ):
        assert (await seen.error())["extensions"] == {"code": "FORBIDDEN"}
        assert hub.subscribers == 0
