"""updateOrderLines of an order that is placed: between two steps, all of it or nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from models.order import OrderStatus
from subgraphs.order.settings import OrderSettings
from tests.callers import ADMIN, approver
from tests.order.desk import Desk, codes
from tests.order.leading import BY_HAND, Leading
from tests.order.ledger import write
from tests.order.shop import ANNA, Shop, as_ben, var
from tests.order.wire import cut, once, wire
from tests.platform import Platform

S = OrderStatus
APPROVER = approver("order")


@pytest.fixture
def leading(platform: Platform, shop: Shop, desk: Desk) -> Leading:
    found = Leading(platform, shop, desk)
    found.have(BY_HAND)
    return found


async def _waiting(desk: Desk, leading: Leading, units: Mapping[int, int]) -> Any:
    order = await desk.placed(units)
    await leading.go()
    return order


async def _check(shop: Shop, order: str, units: Mapping[int, int]) -> None:
    """What is ordered is what is reserved, by one reservation."""
    wanted = {var(number): count for number, count in units.items()}
    row = await shop.row(order)
    assert await shop.ordered(order) == wanted
    held = await shop.reserved(row.reservation_id)
    assert {variant: count for variant, count in held.items() if count} == wanted
    assert len(await shop.reservations(order)) == 1


async def test_lines_grow_shrink_come_and_go(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await _waiting(desk, leading, {1: 3, 2: 4})
    changed = await desk.lines(order["id"], {1: 5, 3: 2}, expectedVersion=order["version"])
    assert changed["errors"] == []
    assert changed["order"]["status"] == "PLACED"
    assert changed["order"]["version"] == order["version"] + 1
    assert {part: money["amount"] for part, money in changed["order"]["totals"].items()}[
        "total"
    ] == "115.95"
    await leading.go()
    await _check(shop, order["id"], {1: 5, 3: 2})
    assert [await shop.free(number) for number in (1, 2, 3)] == [95, 100, 98]
    [(_, _, sequence, data)] = await shop.facts("order.lines_changed")
    assert (sequence, data) == (2, {"customer_id": ANNA, "total": 11595, "currency": "EUR"})
    assert await leading.state(order["id"]) == ("WAITING", "confirmOrder")
    await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"
    await _check(shop, order["id"], {1: 5, 3: 2})


async def test_a_line_that_does_not_grow_keeps_its_price(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    order = await _waiting(desk, leading, {1: 3, 2: 3})
    await shop.price(1, 5000)
    await shop.price(2, 7000)
    changed = await desk.lines(order["id"], {1: 2, 2: 4})
    prices = {line["sku"]: line["unitPrice"]["amount"] for line in changed["order"]["lines"]}
    assert prices == {"THING-1": "10.00", "THING-2": "70.00"}


async def test_most_of_what_there_is_may_be_given_back(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    """Reserving anew would fail for want of the very units that the order holds."""
    order = await _waiting(desk, leading, {1: 100})
    assert (await desk.lines(order["id"], {1: 99}))["errors"] == []
    await leading.go()
    await _check(shop, order["id"], {1: 99})
    assert await shop.free(1) == 1


@pytest.mark.parametrize(
    ("units", "more", "code"),
    [
        ({1: 101}, {}, "INSUFFICIENT_STOCK"),
        ({1: 1, 2: 101}, {}, "INSUFFICIENT_STOCK"),
        ({1: 1, 9: 1}, {}, "VARIANT_UNAVAILABLE"),
        ({}, {}, "EMPTY_ORDER"),
        ({1: 2}, {"expectedVersion": 9}, "STALE_VERSION"),
        ({1: 2}, {"principal": as_ben}, "NOT_FOUND"),
    ],
)
async def test_a_refusal_changes_nothing(
    shop: Shop, desk: Desk, leading: Leading, units: Any, more: Any, code: str
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    before = await shop.everything()
    refused = await desk.lines(order["id"], units, **more)
    assert (codes(refused), refused["order"]) == ([code], None)
    if code == "INSUFFICIENT_STOCK":
        [error] = refused["errors"]
        short = units.get(2, units[1] - 3)
        assert (error["requested"], error["available"]) == (short, 100 if 2 in units else 97)
    await leading.go()
    assert await shop.everything() == before
    await _check(shop, order["id"], {1: 3})
    assert await leading.state(order["id"]) == ("WAITING", "confirmOrder")


@pytest.mark.parametrize("state", [S.CONFIRMED, S.FULFILLING, S.SHIPPED, S.CANCELED])
async def test_later_never(shop: Shop, desk: Desk, leading: Leading, state: OrderStatus) -> None:
    id = await write(shop, state)
    [error] = (await desk.lines(id, {1: 1}, ADMIN))["errors"]
    assert (error["code"], error["orderStatus"]) == ("ORDER_NOT_EDITABLE", state.name)


async def test_a_held_order_and_one_without_a_saga(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    await desk.do("holdOrder", APPROVER, orderId=order["id"], reason="OTHER")
    for id, status in ((order["id"], "ON_HOLD"), (await write(shop), "PLACED")):
        [error] = (await desk.lines(id, {1: 1}, ADMIN))["errors"]
        assert (error["code"], error["orderStatus"]) == ("ORDER_NOT_EDITABLE", status)


async def test_what_has_expired_is_reserved_when_it_is_confirmed(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    await leading.expire(order["id"])
    await leading.go()
    assert (await desk.lines(order["id"], {1: 1, 2: 2}))["errors"] == []
    await leading.go()
    assert await shop.free(2) == 100
    await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    await leading.go()
    row = await shop.row(order["id"])
    assert row.status.name == "CONFIRMED"
    assert await shop.reserved(row.reservation_id) == {var(1): 1, var(2): 2}


async def test_what_expired_just_now_is_tried_again_in_a_moment(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    await leading.expire(order["id"])
    [error] = (await desk.lines(order["id"], {1: 4}, idempotencyKey="k"))["errors"]
    assert (error["code"], error["retryable"]) == ("ORDER_BUSY", True)
    await leading.go()
    assert (await desk.lines(order["id"], {1: 4}, idempotencyKey="k"))["errors"] == []
    assert await shop.ordered(order["id"]) == {var(1): 4}


async def test_the_same_key_has_one_effect(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await _waiting(desk, leading, {1: 3})
    for _ in range(2):
        changed = await desk.lines(order["id"], {1: 5}, idempotencyKey="k")
        assert changed["order"]["version"] == order["version"] + 1
    await leading.go()
    await _check(shop, order["id"], {1: 5})


async def test_busy_while_a_step_is_in_flight(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    leading.have(OrderSettings(unpaid=True))
    order = await desk.placed({1: 3})
    seen: list[Any] = []

    async def edit() -> None:
        seen.append(await desk.lines(order["id"], {1: 5}))

    wire(platform).before = once("commit", edit)
    await leading.go()
    [error] = seen[0]["errors"]
    assert (error["code"], error["retryable"]) == ("ORDER_BUSY", True)
    assert await leading.status(order["id"]) == "CONFIRMED"
    await _check(shop, order["id"], {1: 3})


async def test_busy_while_a_step_is_put_off(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    leading.have(OrderSettings(unpaid=True))
    order = await desk.placed({1: 3})
    line = wire(platform)
    line.before = cut("commit")
    await leading.go()
    line.before = cut()
    assert codes(await desk.lines(order["id"], {1: 5})) == ["ORDER_BUSY"]
    await leading.hurry()
    await leading.go()
    await _check(shop, order["id"], {1: 3})


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_outcome_that_is_not_known_is_undone(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform, moment: str
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    before = await shop.everything()
    line = wire(platform)
    setattr(line, moment, cut("adjust"))
    changed = await desk.lines(order["id"], {1: 5}, idempotencyKey="k")
    assert codes(changed) == ["UNAVAILABLE"]
    setattr(line, moment, cut())
    await leading.go()
    assert await shop.everything() == before
    await _check(shop, order["id"], {1: 3})
    assert ("amend", 1, "COMPENSATED") in await leading.steps(order["id"])
    assert codes(await desk.lines(order["id"], {1: 5}, idempotencyKey="k")) == []
    await leading.go()
    await _check(shop, order["id"], {1: 5})
    assert ("amend", 2, "DONE") in await leading.steps(order["id"])


async def test_an_order_that_changes_meanwhile(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    hold = {"orderId": order["id"], "reason": "OTHER"}
    wire(platform).after = once("adjust", lambda: desk.do("holdOrder", APPROVER, **hold))
    assert codes(await desk.lines(order["id"], {1: 5})) == ["ORDER_NOT_EDITABLE"]
    await leading.go()
    await _check(shop, order["id"], {1: 3})
    assert await shop.free(1) == 97


async def test_canceled_meanwhile(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    order = await _waiting(desk, leading, {1: 3})
    wire(platform).after = once("adjust", lambda: desk.cancel(order["id"]))
    assert codes(await desk.lines(order["id"], {1: 5})) == ["ORDER_NOT_EDITABLE"]
    await leading.go()
    assert await leading.state(order["id"]) == ("CANCELED", None)
    assert await shop.free(1) == 100


async def test_confirmed_right_after_it_was_changed(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    """The surplus is given back although the reservation is sold by then."""
    order = await _waiting(desk, leading, {1: 30, 2: 1})
    await desk.lines(order["id"], {1: 10, 2: 1})
    await leading.run()
    await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    await leading.run()
    assert await leading.status(order["id"]) == "CONFIRMED"
    assert await shop.free(1) == 70
    await leading.go()
    await _check(shop, order["id"], {1: 10, 2: 1})
    assert await shop.free(1) == 90


@pytest.mark.commits
async def test_two_at_once(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await _waiting(desk, leading, {1: 3})
    changes = [{1: 5, 2: 1}, {1: 1, 3: 7}]
    answers = await asyncio.gather(*(desk.lines(order["id"], units) for units in changes))
    assert {tuple(codes(answer)) for answer in answers} <= {(), ("ORDER_BUSY",)}
    last = max(answers, key=lambda answer: (answer["order"] or {"version": 0})["version"])
    await leading.go()
    await _check(shop, order["id"], changes[answers.index(last)])


@pytest.mark.commits
async def test_killed_while_it_reserved(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    """The caller is gone when inventory has answered: nobody leaves the saga."""
    order = await _waiting(desk, leading, {1: 3})
    gone = asyncio.Event()

    async def hang() -> None:
        gone.set()
        await asyncio.Event().wait()

    wire(platform).after = once("adjust", hang)
    caller = asyncio.create_task(desk.lines(order["id"], {1: 5}))
    await gone.wait()
    assert await shop.free(1) == 95
    assert codes(await desk.lines(order["id"], {1: 4})) == ["ORDER_BUSY"]
    await leading.sql("UPDATE platform.saga SET leased_until = now() - interval '1 s'")
    await leading.go()
    await _check(shop, order["id"], {1: 3})
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await leading.go()
    await _check(shop, order["id"], {1: 3})
    assert await shop.free(1) == 97
