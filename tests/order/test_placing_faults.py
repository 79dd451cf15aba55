"""placeOrder and createOrder while other agents are away, slow, or answer too late."""

import pytest
from sqlalchemy import select

from models import order as tables
from tests.order.desk import Desk, codes
from tests.order.shop import Shop, var
from tests.order.wire import cut, once, wire
from tests.platform import Platform


@pytest.mark.parametrize("document", ["variants", "customer", "reserve"])
async def test_another_agent_is_away(
    shop: Shop, desk: Desk, platform: Platform, document: str
) -> None:
    draft = await desk.draft()
    line = wire(platform)
    line.before = cut(document)
    before = await shop.everything()
    [error] = (await desk.place(draft["id"], idempotencyKey="mine"))["errors"]
    assert (error["code"], error["retryable"]) == ("UNAVAILABLE", True)
    assert codes(await desk.create({1: 1}, place=True, idempotencyKey="new")) == ["UNAVAILABLE"]
    after = await shop.everything()
    assert {**after, "placement": []} == before
    assert (await shop.row(draft["id"])).generation == 1
    assert await shop.free(1) == 100
    line.before = cut()
    assert codes(await desk.place(draft["id"], idempotencyKey="mine")) == []
    assert codes(await desk.create({1: 1}, place=True, idempotencyKey="new")) == []
    assert await shop.free(1) == 96


async def test_an_answer_that_got_lost_is_asked_for_again(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft()
    line = wire(platform)
    line.after = cut("reserve")
    assert codes(await desk.place(draft["id"])) == ["UNAVAILABLE"]
    assert codes(await desk.create({2: 1}, place=True, idempotencyKey="new")) == ["UNAVAILABLE"]
    [(made, _)] = await shop.reservations(draft["id"])
    [(pending,)] = await shop.db.rows(select(tables.placement.c.order_id))
    line.after = cut()
    await desk.place(draft["id"])
    assert (await shop.row(draft["id"])).reservation_id == made
    placed = await desk.create({2: 1}, place=True, idempotencyKey="new")
    assert placed["order"]["id"] == pending
    assert (await shop.free(1), await shop.free(2)) == (97, 99)


async def test_a_reservation_that_is_about_to_expire_is_made_anew(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft()
    line = wire(platform)
    line.after = cut("reserve")
    await desk.place(draft["id"])
    await shop.age(draft["id"])
    line.after = cut()
    assert codes(await desk.place(draft["id"])) == []
    row = await shop.row(draft["id"])
    assert row.generation == 2
    assert await shop.reserved(row.reservation_id) == {var(1): 3}


async def test_a_draft_that_was_canceled_meanwhile_gives_back(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    draft = await desk.draft()
    wire(platform).after = once("reserve", lambda: desk.cancel(draft["id"]))
    assert codes(await desk.place(draft["id"])) == ["INVALID_TRANSITION"]
    assert [status for _, status in await shop.reservations(draft["id"])] == ["RELEASED"]
    assert await shop.free(1) == 100
    assert await shop.facts("order.placed") == []


async def test_units_that_cannot_be_given_back_expire(
    shop: Shop, desk: Desk, platform: Platform
) -> None:
    """The refusal stands although inventory is away when it is to be told."""
    draft = await desk.draft({1: 3})
    line = wire(platform)
    line.before = cut("release")
    line.after = once("reserve", lambda: desk.lines(draft["id"], {1: 4}))
    refused = await desk.place(draft["id"], expectedVersion=1)
    assert codes(refused) == ["STALE_VERSION"]
    assert [status for _, status in await shop.reservations(draft["id"])] == ["ACTIVE"]
    assert codes(await desk.place(draft["id"])) == []
    assert await shop.ordered(draft["id"]) == {var(1): 4}
    assert await shop.reserved((await shop.row(draft["id"])).reservation_id) == {var(1): 4}
