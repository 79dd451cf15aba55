"""Every mutation that needs a key: twice at once, then with another body."""

import asyncio
from typing import Any

import pytest

from models.order import OrderStatus
from tests.order.desk import Desk, basket, codes
from tests.order.shop import ADDRESS, DHL, Shop
from tests.order.wire import once, wire
from tests.platform import Platform

NEW: dict[str, Any] = {
    "currency": "EUR",
    "lines": basket({1: 2}),
    "shippingAddress": ADDRESS,
    "shippingMethodId": DHL,
    "idempotencyKey": "k",
}


async def twins(desk: Desk, mutation: str, input: dict[str, Any], other: dict[str, Any]) -> Any:
    """The one payload of two calls at once; a third, with another body, is refused."""
    first, second = await asyncio.gather(desk.do(mutation, **input), desk.do(mutation, **input))
    assert first == second
    assert await desk.do(mutation, **input) == first
    reused = await desk.do(mutation, **input | other)
    assert (reused["order"], codes(reused)) == (None, ["IDEMPOTENCY_KEY_REUSED"])
    return first


@pytest.mark.commits
@pytest.mark.parametrize("place", [False, True])
async def test_create_order(shop: Shop, desk: Desk, place: bool) -> None:
    made = await twins(desk, "createOrder", {**NEW, "place": place}, {"lines": basket({1: 3})})
    assert made["errors"] == []
    everything = await shop.everything()
    assert [len(everything[table]) for table in ("orders", "order_line", "placement")] == [1, 1, 0]
    assert len(everything["outbox"]) == (1 if place else 0)
    assert len(await shop.reservations(made["order"]["id"])) == (1 if place else 0)
    assert await shop.free(1) == (98 if place else 100)


@pytest.mark.commits
async def test_create_order_refused(shop: Shop, desk: Desk) -> None:
    before = await shop.everything()
    input = {**NEW, "place": True, "lines": basket({1: 101})}
    refused = await twins(desk, "createOrder", input, {"lines": basket({1: 1})})
    assert codes(refused) == ["INSUFFICIENT_STOCK"]
    assert await shop.everything() == before


@pytest.mark.commits
async def test_place_order(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft({1: 2})
    other = await desk.draft({1: 5})
    input = {"orderId": draft["id"], "idempotencyKey": "k"}
    placed = await twins(desk, "placeOrder", input, {"orderId": other["id"]})
    assert placed["order"]["status"] == "PLACED"
    assert await shop.free(1) == 98
    assert len(await shop.facts("order.placed")) == 1
    assert (await shop.row(other["id"])).status is OrderStatus.DRAFT


@pytest.mark.commits
async def test_place_order_refused(shop: Shop, desk: Desk) -> None:
    paris = {**ADDRESS, "country": "FR"}
    draft = await desk.draft({1: 1, 2: 1}, shippingAddress=paris)
    input = {"orderId": draft["id"], "idempotencyKey": "k"}
    refused = await twins(desk, "placeOrder", input, {"expectedVersion": 1})
    [error] = refused["errors"]
    assert (error["code"], error["taxClass"]) == ("TAX_RATE_MISSING", "REDUCED")
    short = await desk.draft({1: 101})
    input = {"orderId": short["id"], "idempotencyKey": "short"}
    refused = await twins(desk, "placeOrder", input, {"expectedVersion": 1})
    assert codes(refused) == ["INSUFFICIENT_STOCK"]
    assert await shop.facts() == []


@pytest.mark.commits
async def test_cancel_order(shop: Shop, desk: Desk) -> None:
    order = await desk.placed({1: 2})
    input = {"orderId": order["id"], "idempotencyKey": "k"}
    canceled = await twins(desk, "cancelOrder", input, {"reason": "DUPLICATE"})
    assert canceled["order"]["status"] == "CANCELED"
    assert canceled["order"]["cancelReason"] == "CUSTOMER_REQUEST"
    assert len(await shop.facts("order.canceled")) == 1


@pytest.mark.commits
@pytest.mark.parametrize("place", [False, True])
async def test_the_twin_takes_over_from_a_caller_that_hangs(
    shop: Shop, desk: Desk, platform: Platform, place: bool
) -> None:
    """The lease of the first has run out; when it wakes up, it finds the twin's order."""
    platform.lease = platform.lease / 100
    awake = asyncio.Event()
    draft = await desk.draft({1: 2})

    async def call() -> Any:
        if place:
            return await desk.do("createOrder", **NEW, place=True)
        return await desk.place(draft["id"], idempotencyKey="k")

    asleep = asyncio.Event()

    async def hang() -> None:
        asleep.set()
        await awake.wait()

    wire(platform).after = once("reserve", hang)
    first = asyncio.create_task(call())
    await asleep.wait()
    second = await call()
    awake.set()
    assert second["errors"] == []
    assert await first == second
    order = second["order"]["id"]
    row = await shop.row(order)
    assert row.status is OrderStatus.PLACED
    assert await shop.reserved(row.reservation_id) == await shop.ordered(order)
    assert await shop.free(1) == 98
    assert len(await shop.facts("order.placed")) == 1
    assert (await shop.everything())["placement"] == []
