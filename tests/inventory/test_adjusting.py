"""adjustReservation, releaseReservation by its step, and what a canceled order gives back."""

from typing import Any

import pytest
from sqlalchemy import select

from events.catalog.order import OrderCanceled
from events.outbox import emit
from models import inventory as tables
from models.database import Cause, Database
from models.inventory import ReservationStatus as S
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.hearing import Hearing
from tests.inventory.reserved import ID_1, reservation_in
from tests.inventory.stock import (
    ADJUST_RESERVATION,
    COMMIT,
    RELEASE,
    RESERVE,
    basket,
    check_books,
    everything,
    facts,
    level,
    levels,
    made_id,
    sender,
    stock,
    timers,
    variant,
)
from tests.platform import Platform

STEP = "saga:reserve:ord_1:1"
as_order = sender(RESERVE + RELEASE.replace("mutation (", "mutation B ("))
NOTHING = {"reservation": None, "errors": [{"code": "STEP_CANCELED", "field": ["step"]}]}


async def _lines(db: Database) -> list[tuple[str, int, int, int]]:
    each = tables.reservation_line.c
    rows = select(each.stock_level_id, each.reserved, each.committed, each.released)
    return [tuple(row) for row in await db.rows(rows.order_by(each.stock_level_id))]


def _by(*changes: tuple[int, int], **more: Any) -> dict[str, Any]:
    lines = [{"variantId": variant(number), "by": by} for number, by in changes]
    return {"reservationId": ID_1, "lines": lines, "idempotencyKey": "k", **more}


async def _adjust(ask: Ask, *changes: tuple[int, int], **more: Any) -> Any:
    data = await ask(ADJUST_RESERVATION, input=_by(*changes, **more))
    return data["adjustReservation"]


@pytest.mark.parametrize("state", [S.ACTIVE, S.COMMITTED])
async def test_it_grows_and_shrinks_at_once(db: Database, ask: Ask, state: S) -> None:
    await reservation_in(db, state)
    await stock(db, (2, 1, 3), (2, 2, 4))
    due = await timers(db)
    made = await _adjust(ask, (1, -2), (2, 5))
    assert made["errors"] == []
    assert (made["reservation"]["status"], made["reservation"]["version"]) == (state.name, 2)
    grown = [(level(1), 3, 0, 2), (level(2, 1), 1, 0, 0), (level(2, 2), 4, 0, 0)]
    if state is S.COMMITTED:
        grown = [(id, committed, reserved, released) for id, reserved, committed, released in grown]
    assert await _lines(db) == [
        (id, reserved, committed, released) for id, reserved, committed, released in grown
    ]
    assert await levels(db) == {level(1): (12, 3), level(2, 1): (2, 1), level(2, 2): (0, 4)}
    assert await timers(db) == due
    back = await _adjust(ask, (1, 2), (2, -5), idempotencyKey="k2")
    assert back["errors"] == []
    assert await levels(db) == {level(1): (10, 5), level(2, 1): (3, 0), level(2, 2): (4, 0)}


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ([(1, 11)], "INSUFFICIENT_STOCK", ["lines", "0", "quantity"]),
        ([(1, -1), (2, 1)], "INSUFFICIENT_STOCK", ["lines", "1", "quantity"]),
        ([(1, -6)], "INVALID_INPUT", ["lines"]),
        ([(2, -1)], "INVALID_INPUT", ["lines"]),
        ([(1, -5)], "INVALID_INPUT", ["lines"]),
        ([(1, 0)], "INVALID_INPUT", ["lines", "0", "by"]),
        ([(1, 1), (1, 1)], "INVALID_INPUT", ["lines", "1", "variantId"]),
        ([], "INVALID_INPUT", ["lines"]),
    ],
)
async def test_a_refusal_changes_nothing(
    db: Database, ask: Ask, changes: list[tuple[int, int]], code: str, path: list[str]
) -> None:
    await reservation_in(db, S.ACTIVE)
    before = await everything(db)
    refused = await _adjust(ask, *changes)
    [error] = refused["errors"]
    assert (error["code"], error["field"], refused["reservation"]) == (code, path, None)
    assert await everything(db) == before


@pytest.mark.parametrize("state", [S.RELEASED, S.EXPIRED, S.CONSUMED])
async def test_what_has_ended_gives_back_nothing_and_takes_nothing(
    db: Database, ask: Ask, state: S
) -> None:
    await reservation_in(db, state)
    before = await everything(db)
    given = await _adjust(ask, (1, -2))
    assert (given["errors"], given["reservation"]["status"]) == ([], state.name)
    [error] = (await _adjust(ask, (1, -2), (2, 1), idempotencyKey="k2"))["errors"]
    assert error["code"] == "INVALID_TRANSITION"
    assert await everything(db) == before


async def test_an_unknown_reservation(db: Database, ask: Ask) -> None:
    [error] = (await _adjust(ask, (1, 1), reservationId=made_id("rsv", 9)))["errors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["reservationId"])


async def test_what_a_step_took_is_taken_back_by_its_key(db: Database, platform: Platform) -> None:
    await reservation_in(db, S.ACTIVE)
    order = sender(ADJUST_RESERVATION)

    async def send(*changes: tuple[int, int], **more: Any) -> Any:
        variables = {"input": _by(*changes, **more)}
        answer = await platform.ask("inventory", ADJUST_RESERVATION, order, variables)
        return answer["data"]["adjustReservation"]

    step = "saga:amend:ord_1:1"
    assert (await send((1, 4), idempotencyKey=step))["errors"] == []
    for _ in range(2):
        back = await send((1, -4), step=step, idempotencyKey=f"undo {step}")
        assert back["errors"] == []
    assert await levels(db) == {level(1): (10, 5)}
    late = "saga:amend:ord_1:2"
    early = await send((1, -4), step=late, idempotencyKey=f"undo {late}")
    assert [error["code"] for error in early["errors"]] == ["STEP_CANCELED"]
    taken = await send((1, 4), idempotencyKey=late)
    assert [error["code"] for error in taken["errors"]] == ["STEP_CANCELED"]
    assert await levels(db) == {level(1): (10, 5)}


async def _send(platform: Platform, document: str, input: Any, principal: Any = as_order) -> Any:
    answer = await platform.ask("inventory", document, principal, {"input": input})
    [payload] = answer["data"].values()
    if payload["reservation"] is None:
        payload["errors"] = [
            {name: e[name] for name in ("code", "field")} for e in payload["errors"]
        ]
    return payload


@pytest.mark.parametrize("committed", [False, True])
async def test_a_reservation_is_released_by_the_step_that_made_it(
    db: Database, ask: Ask, platform: Platform, committed: bool
) -> None:
    await stock(db, (1, 1, 10))
    made = (await _send(platform, RESERVE, basket(STEP, (1, 3, None))))["reservation"]
    if committed:
        await ask(COMMIT, input={"reservationId": made["id"], "idempotencyKey": "k"})
    for key in ("undo", "undo", "another undo"):
        released = await _send(platform, RELEASE, {"step": STEP, "idempotencyKey": key})
        assert (released["errors"], released["reservation"]["status"]) == ([], "RELEASED")
    assert await levels(db) == {level(1): (10, 0)}
    assert len([type for type, *_ in await facts(db) if type == "reservation.released"]) == 1
    again = await _send(platform, RESERVE, basket(STEP, (1, 3, None)))
    assert again["reservation"]["status"] == "RELEASED"
    assert await levels(db) == {level(1): (10, 0)}


async def test_a_reservation_that_comes_after_its_release(db: Database, platform: Platform) -> None:
    await stock(db, (1, 1, 10))
    before = await everything(db)
    assert await _send(platform, RELEASE, {"step": STEP, "idempotencyKey": "undo"}) == NOTHING
    for _ in range(2):
        late = await _send(platform, RESERVE, basket(STEP, (1, 3, None)))
        assert late == {"reservation": None, "errors": [{"code": "STEP_CANCELED", "field": []}]}
    assert await everything(db) == before


@pytest.mark.parametrize("input", [{}, {"step": STEP, "reservationId": ID_1}])
async def test_a_reservation_or_a_step(db: Database, ask: Ask, input: dict[str, str]) -> None:
    await reservation_in(db, S.ACTIVE)
    before = await everything(db)
    [error] = (await ask(RELEASE, input=input))["releaseReservation"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["reservationId"])
    assert await everything(db) == before


async def test_staff_has_no_steps(db: Database, ask: Ask) -> None:
    await reservation_in(db, S.ACTIVE)
    [error] = (await ask(RELEASE, ADMIN, input={"step": STEP}))["releaseReservation"]["errors"]
    assert (error["code"], error["field"]) == ("FORBIDDEN", ["step"])
    assert await levels(db) == {level(1): (10, 5)}


@pytest.mark.parametrize("state", S)
async def test_a_canceled_order_gives_back_what_is_left(
    db: Database, platform: Platform, state: S
) -> None:
    await reservation_in(db, state)
    before = await everything(db)
    hearing = Hearing(platform.agent("inventory"), "inventory")
    async with db.unit_of_work(Cause("cus_1", "req_1")) as work:
        fact = OrderCanceled(
            aggregate_id=made_id("ord", 1),
            customer_id=made_id("cus", 1),
            reservation_id=ID_1,
            reason="OTHER",
        )
        emit(work, fact)
    assert await hearing.listen() == 1
    hearing.ordinal = 0
    assert await hearing.listen() == 1
    [row] = await db.rows(select(tables.reservation))
    if state in (S.RELEASED, S.EXPIRED, S.CONSUMED):
        assert (await everything(db))["reservation"] == before["reservation"]
    else:
        assert row.status is (S.CONSUMED if state is S.PARTIALLY_CONSUMED else S.RELEASED)
        assert row.version == 2
    assert (await levels(db))[level(1)][1] == 0
    assert await timers(db) == []


async def test_the_books_balance_after_all_that(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10), (2, 1, 10))
    made = await ask(RESERVE, input=basket("a", (1, 3, None)))
    id = made["createReservation"]["reservation"]["id"]
    for number, changes in enumerate([((1, 2), (2, 4)), ((1, -4), (2, 1)), ((2, -5), (1, 1))]):
        grown = await _adjust(ask, *changes, reservationId=id, idempotencyKey=f"k{number}")
        assert grown["errors"] == []
        await check_books(db)
    assert await levels(db) == {level(1): (8, 2), level(2): (10, 0)}
