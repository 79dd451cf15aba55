"""orderChanged: whoever may see an order hears of it, and nobody else of anything."""

import asyncio
import json
from contextlib import AsyncExitStack, aclosing

import pytest

from models.order import OrderStatus
from subgraphs.kit import ID, Principal
from subgraphs.kit.owners import merge
from tests.callers import ADMIN, ANONYMOUS, approver, reader, staff
from tests.events.stamped import stamp
from tests.order.desk import Desk
from tests.order.ledger import write
from tests.order.shop import ANNA, BEN, Shop, as_anna, as_ben
from tests.platform import Platform
from tests.watching import cursors, watching

S = OrderStatus
# What is cut off in the middle of a query takes its connection along.
pytestmark = pytest.mark.commits
DOCUMENT = """subscription ($id: ID, $after: String) { orderChanged(id: $id, after: $after) {
  cursor type occurredAt order { id status customer { id } } } }"""
NOTES = """subscription ($id: ID) { orderChanged(id: $id) {
  order { id notes(first: 1) { text } holds { reason } } } }"""
UNKNOWN = "ord_00000000000000000000000000"
APPROVER = approver("order")


async def two(shop: Shop) -> tuple[ID, ID]:
    """An order of Anna's and one of Ben's."""
    return await write(shop), await write(shop, number=2, customer=BEN)


async def cancel(desk: Desk, id: ID) -> None:
    answer = await desk.do(
        "cancelOrder", ADMIN, orderId=id, reason="DUPLICATE", idempotencyKey=f"cancel {id}"
    )
    assert answer["errors"] == []


async def test_staff_hears_of_every_order(platform: Platform, shop: Shop, desk: Desk) -> None:
    annas, bens = await two(shop)
    async with (
        platform.listening() as hub,
        watching(platform, "order", DOCUMENT, reader("order")) as seen,
    ):
        await desk.do("holdOrder", APPROVER, orderId=annas, reason="PAYMENT")
        await cancel(desk, bens)
        held, canceled = await seen.data(2)
        assert held["type"] == "order.held"
        assert held["order"] == {"id": annas, "status": "ON_HOLD", "customer": {"id": ANNA}}
        assert canceled["type"] == "order.canceled"
        assert canceled["order"] == {"id": bens, "status": "CANCELED", "customer": {"id": BEN}}
        assert cursors([held, canceled]) == [1, 2]
        assert held["cursor"] == f"{hub.cursor.incarnation}:1"
    assert hub.subscribers == 0


async def test_customers_hear_of_their_own_and_of_what_is_meant_for_them(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    """That the order is held is for staff to know; that it is canceled, for Anna too."""
    annas, bens = await two(shop)
    async with (
        platform.listening(),
        watching(platform, "order", DOCUMENT, as_anna) as anna,
        watching(platform, "order", DOCUMENT, as_ben) as ben,
    ):
        await desk.do("holdOrder", APPROVER, orderId=annas, reason="PAYMENT")
        await cancel(desk, bens)
        await cancel(desk, annas)
        [hers], [his] = await anna.data(1), await ben.data(1)
        assert (hers["type"], hers["order"]["id"]) == ("order.canceled", annas)
        assert (his["type"], his["order"]["id"]) == ("order.canceled", bens)
        assert cursors([his, hers]) == [2, 3]
        assert anna.answers.empty()
        assert ben.answers.empty()


async def test_a_foreign_order_is_as_silent_as_an_unknown_one(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    annas, bens = await two(shop)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(platform.listening())
        foreign, unknown, hers, wrong = [
            await stack.enter_async_context(watching(platform, "order", DOCUMENT, as_anna, id=id))
            for id in (bens, UNKNOWN, annas, ANNA)
        ]
        await cancel(desk, bens)
        await cancel(desk, annas)
        [seen] = await hers.data(1)
        assert seen["order"]["id"] == annas
        for silent in (foreign, unknown, wrong):
            assert silent.answers.empty()
            assert not silent.ended


async def test_customers_cost_nothing_while_others_are_served(
    platform: Platform, shop: Shop, desk: Desk, statements: list[str]
) -> None:
    annas, bens = await two(shop)
    async with (
        platform.listening(),
        watching(platform, "order", DOCUMENT, as_anna) as anna,
        watching(platform, "order", DOCUMENT, as_anna, id=annas) as hers,
        watching(platform, "order", DOCUMENT, as_ben) as ben,
    ):
        await cancel(desk, bens)
        del statements[:]
        await ben.data(1)
        assert len([each for each in statements if 'FROM "order".orders' in each]) == 1
        await cancel(desk, annas)
        del statements[:]
        await anna.data(1)
        await hers.data(1)
        assert len([each for each in statements if 'FROM "order".orders' in each]) == 2


async def test_one_order_is_watched_alone(platform: Platform, shop: Shop, desk: Desk) -> None:
    annas, bens = await two(shop)
    async with (
        platform.listening(),
        watching(platform, "order", DOCUMENT, ADMIN, id=bens) as seen,
    ):
        await desk.do("holdOrder", APPROVER, orderId=annas, reason="STOCK")
        await desk.do("holdOrder", APPROVER, orderId=bens, reason="STOCK")
        await desk.do("releaseOrder", APPROVER, orderId=annas)
        await desk.do("releaseOrder", APPROVER, orderId=bens)
        changes = await seen.data(2)
        assert [each["type"] for each in changes] == ["order.held", "order.released"]
        assert [each["order"]["id"] for each in changes] == [bens, bens]


@pytest.mark.parametrize("principal", [ANONYMOUS, staff("product:read"), staff("order:write")])
async def test_who_may_not_read_orders_may_not_watch_them(
    platform: Platform, shop: Shop, principal: Principal
) -> None:
    async with (
        platform.listening() as hub,
        watching(platform, "order", DOCUMENT, principal) as seen,
    ):
        assert (await seen.error())["extensions"] == {"code": "FORBIDDEN"}
        assert hub.subscribers == 0


async def test_what_was_missed_follows_the_cursor(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    annas, bens = await two(shop)
    async with platform.listening() as hub:
        await desk.do("holdOrder", APPROVER, orderId=annas, reason="STOCK")
        await desk.do("releaseOrder", APPROVER, orderId=annas)
        await cancel(desk, bens)
        await cancel(desk, annas)
        await stamp(platform.databases["platform"])
        after = f"{hub.cursor.incarnation}:1"
        async with watching(platform, "order", DOCUMENT, reader("order"), after=after) as seen:
            changes = await seen.data(3)
            assert [each["type"] for each in changes] == [
                "order.released",
                "order.canceled",
                "order.canceled",
            ]
            assert cursors(changes) == [2, 3, 4]
            assert {each["order"]["status"] for each in changes} == {"CANCELED"}  # as it is now
        async with watching(platform, "order", DOCUMENT, as_anna, after=after) as seen:
            [change] = await seen.data(1)
            assert cursors([change]) == [4]
        last = changes[-1]["cursor"]
        third = await write(shop, number=3)
        async with watching(platform, "order", DOCUMENT, ADMIN, after=last) as seen:
            await cancel(desk, third)
            [change] = await seen.data(1)
            assert (cursors([change]), change["order"]["id"]) == ([5], third)


async def test_what_was_said_of_a_merged_record_is_told_to_whose_it_is_now(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    _, bens = await two(shop)
    async with platform.listening() as hub:
        begin = f"{hub.cursor.incarnation}:0"
        await cancel(desk, bens)
        await stamp(platform.databases["platform"])
        async with shop.db.unit_of_work() as work:
            await merge(work, "order", BEN, ANNA)
        async with watching(platform, "order", DOCUMENT, as_anna, after=begin) as anna:
            [seen] = await anna.data(1)
            assert seen["order"] == {"id": bens, "status": "CANCELED", "customer": {"id": ANNA}}


async def test_each_answer_says_where_to_go_on_whether_asked_or_not(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    annas = await write(shop)
    async with (
        platform.listening() as hub,
        watching(platform, "order", "subscription { orderChanged { type } }") as seen,
    ):
        await cancel(desk, annas)
        assert await seen.next() == {
            "data": {"orderChanged": {"type": "order.canceled"}},
            "extensions": {"cursor": f"{hub.cursor.incarnation}:1"},
        }


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ("nowhere", "BAD_USER_INPUT"),
        ("", "BAD_USER_INPUT"),
        ("00000000-0000-4000-8000-000000000000:1", "CURSOR_EXPIRED"),
        ("{incarnation}:77", "CURSOR_EXPIRED"),
    ],
)
async def test_a_cursor_that_leads_nowhere_refuses_the_subscription(
    platform: Platform, shop: Shop, after: str, code: str
) -> None:
    async with platform.listening() as hub:
        cursor = after.format(incarnation=hub.cursor.incarnation)
        async with watching(platform, "order", DOCUMENT, as_anna, after=cursor) as seen:
            error = await seen.error()
            assert error["extensions"] == {"code": code}
            assert hub.subscribers == 0


async def test_who_is_too_slow_is_told_where_to_go_on(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    """The client takes one answer and then none, while a queue of two fills up."""
    annas = await write(shop)
    async with (
        platform.listening(queue=2) as hub,
        watching(platform, "order", DOCUMENT) as quick,
        aclosing(platform.agent("order").subscribe("order", DOCUMENT, {}, ADMIN, "r")) as slow,
    ):
        first = asyncio.create_task(anext(slow))
        for _ in range(3):
            await desk.do("holdOrder", APPROVER, orderId=annas, reason="STOCK")
            await quick.data(1)
            await first
            await desk.do("releaseOrder", APPROVER, orderId=annas)
            await quick.data(1)
        *before, last = [result async for result in slow]
        assert cursors([each.data and each.data["orderChanged"] for each in before]) == [2, 3]
        assert last.errors is not None
        [error] = last.errors
        assert last.data is None
        assert error.formatted["extensions"] == {
            "code": "SUBSCRIPTION_LAGGED",
            "cursor": f"{hub.cursor.incarnation}:3",
        }
        after = f"{hub.cursor.incarnation}:3"
        async with watching(platform, "order", DOCUMENT, after=after) as again:
            assert cursors(await again.data(3)) == [4, 5, 6]


async def test_what_staff_alone_may_read_stays_so_on_a_watched_order(
    platform: Platform, shop: Shop, desk: Desk
) -> None:
    annas = await write(shop)
    await desk.do("addOrderNote", ADMIN, orderId=annas, text="Calls every day.")
    async with (
        platform.listening(),
        watching(platform, "order", NOTES, as_anna) as anna,
        watching(platform, "order", NOTES, reader("order")) as clerk,
    ):
        await cancel(desk, annas)
        hers, his = await anna.next(), await clerk.next()
    [notes] = his["data"]["orderChanged"]["order"]["notes"]
    assert notes == {"text": "Calls every day."}
    assert hers["data"]["orderChanged"]["order"] == {"id": annas, "notes": None, "holds": None}
    assert {error["extensions"]["code"] for error in hers["errors"]} == {"FORBIDDEN"}
    assert "Calls" not in json.dumps(hers)
