"""Order to delivery, as far as the agents that there are can take it."""

from typing import Any

import pytest
from sqlalchemy import text

from events.catalog.healing import HealingSagaResumed
from events.catalog.inventory import ReservationExpired
from events.catalog.payment import PaymentInitialized
from subgraphs.order.settings import OrderSettings
from tests.callers import ADMIN, ANONYMOUS, approver, reader, service, staff, writer
from tests.order.desk import Desk, codes
from tests.order.leading import BY_HAND, SAGA, UNPAID, Leading
from tests.order.ledger import write
from tests.order.shop import ANNA, Shop, as_anna, as_ben, var
from tests.order.wire import cut, once, wire
from tests.platform import Platform

APPROVER = approver("order")
CHECKS = [("evaluate", 1, "SKIPPED"), ("screen", 1, "SKIPPED")]


@pytest.fixture
def leading(platform: Platform, shop: Shop, desk: Desk) -> Leading:
    found = Leading(platform, shop, desk)
    found.have(UNPAID)
    return found


def by_step(steps: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    return sorted(steps)


async def test_a_placed_order_is_confirmed(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await desk.placed()
    assert await leading.steps(order["id"]) == [("reserve", 1, "DONE")]
    await leading.go()
    assert by_step(await leading.steps(order["id"])) == by_step(
        [
            *CHECKS,
            ("approval", 1, "SKIPPED"),
            ("authorize", 1, "SKIPPED"),
            ("confirm", 1, "DONE"),
            ("payment", 1, "SKIPPED"),
            ("pick", 1, "UNAVAILABLE"),
            ("reserve", 1, "DONE"),
        ]
    )
    assert await leading.state(order["id"]) == ("UNAVAILABLE", "warehouse")
    row = await shop.row(order["id"])
    assert (row.status.name, row.version) == ("CONFIRMED", order["version"] + 1)
    assert await shop.reservations(order["id"]) == [(row.reservation_id, "COMMITTED")]
    data = {"customer_id": ANNA, "reservation_id": row.reservation_id}
    assert (await shop.facts())[1:] == [("order.confirmed", order["id"], 2, data)]
    [fact] = await leading.sql(
        "SELECT actor, on_behalf_of, correlation_id FROM platform.outbox"
        " WHERE type = 'order.confirmed'"
    )
    assert fact == ("agent:order", ANNA, "req_test")


async def test_what_staff_sees_of_it(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await desk.placed()
    await leading.go()
    saga = await leading.saga(order["id"])
    assert (saga["version"], saga["dueAt"], saga["endedAt"]) == (1, None, None)
    steps = {row["step"]: row for row in saga["steps"]}
    assert steps["screen"]["reason"] == "there is no fraud agent"
    assert steps["approval"]["reason"] == "orders are not confirmed by hand"
    assert steps["confirm"] == {
        "step": "confirm",
        "subject": order["id"],
        "generation": 1,
        "state": "DONE",
        "attempts": 1,
        "made": (await shop.row(order["id"])).reservation_id,
        "errorCode": None,
        "reason": None,
    }


@pytest.mark.parametrize("principal", [ANONYMOUS, as_anna, as_ben, staff("order:write")])
async def test_who_may_not_see_it(desk: Desk, leading: Leading, principal: Any) -> None:
    order = await desk.placed()
    [error] = await desk.ask(SAGA, principal, errors=True, id=order["id"])
    assert error["extensions"]["code"] == "FORBIDDEN"
    seen = await desk.ask(SAGA, reader("order"), id=order["id"])
    assert seen["orderSaga"]["state"] == "RUNNING"


async def test_what_was_never_placed_has_none(shop: Shop, desk: Desk) -> None:
    draft = await desk.draft()
    for id in (draft["id"], await write(shop)):
        assert (await desk.ask(SAGA, id=id))["orderSaga"] is None


async def test_an_order_placed_at_its_creation_has_one(desk: Desk, leading: Leading) -> None:
    made = await desk.create({1: 1}, place=True)
    await leading.go()
    assert await leading.status(made["order"]["id"]) == "CONFIRMED"


async def test_without_a_payment_agent_nothing_goes_on(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    leading.have(OrderSettings())
    order = await desk.placed()
    await leading.go()
    assert by_step(await leading.steps(order["id"])) == by_step(
        [*CHECKS, ("payment", 1, "UNAVAILABLE"), ("reserve", 1, "DONE")]
    )
    assert await leading.state(order["id"]) == ("UNAVAILABLE", "payment")
    assert await leading.status(order["id"]) == "PLACED"
    leading.have(UNPAID)
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"


async def test_a_payment_that_never_begins(shop: Shop, desk: Desk, leading: Leading) -> None:
    leading.have(OrderSettings(), "payment")
    order = await desk.placed()
    await leading.go()
    assert await leading.state(order["id"]) == ("WAITING", "payment.initialized")
    await leading.sql("UPDATE platform.saga_step SET due_at = now() WHERE step = 'payment'")
    await leading.hurry()
    await leading.go()
    assert await leading.state(order["id"]) == ("CANCELED", None)
    row = await shop.row(order["id"])
    assert (row.status.name, row.cancel_reason.name) == ("CANCELED", "PAYMENT")
    assert [state for _, state in await shop.reservations(order["id"])] == ["RELEASED"]
    assert await shop.free(1) == 100
    [(_, _, _, data)] = await shop.facts("order.canceled")
    assert data["reason"] == "PAYMENT"


async def test_a_payment_that_begins_keeps_the_units(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    leading.have(OrderSettings(confirm_by_hand=True), "payment")
    order = await desk.placed()
    await leading.go()
    inventory = shop.databases["inventory"]
    await inventory.rows(
        text("UPDATE inventory.reservation SET expires_at = now() + interval '2 min' RETURNING id")
    )
    fact = PaymentInitialized(
        aggregate_id="pay_1",
        order_id=order["id"],
        customer_id=ANNA,
        provider="test",
        amount=3595,
        currency="EUR",
    )
    await leading.tell(fact)
    await leading.run()
    await leading.go()
    [(payment,)] = await leading.sql(
        "SELECT outcome FROM platform.saga_step WHERE step = 'payment'"
    )
    assert payment == {"payment_id": "pay_1", "amount": 3595}
    [(kept,)] = await inventory.rows(
        text("SELECT expires_at > now() + interval '14 min' FROM inventory.reservation")
    )
    assert kept is True


async def test_a_held_order_does_not_go_on(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await desk.placed()
    await desk.do("holdOrder", APPROVER, orderId=order["id"], reason="ADDRESS")
    await leading.go()
    assert await leading.steps(order["id"]) == [("reserve", 1, "DONE")]
    assert await leading.state(order["id"]) == ("WAITING", "releaseOrder")
    await desk.do("releaseOrder", APPROVER, orderId=order["id"])
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"


async def test_an_order_that_is_held_while_it_is_confirmed(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    order = await desk.placed()
    hold = {"orderId": order["id"], "reason": "ADDRESS"}
    wire(platform).before = once("commit", lambda: desk.do("holdOrder", APPROVER, **hold))
    await leading.go()
    row = await shop.row(order["id"])
    assert (row.status.name, row.held_from.name) == ("ON_HOLD", "CONFIRMED")
    assert await leading.state(order["id"]) == ("WAITING", "releaseOrder")
    assert len(await shop.facts("order.confirmed")) == 1
    released = await desk.do("releaseOrder", APPROVER, orderId=order["id"])
    assert released["order"]["status"] == "CONFIRMED"


async def test_units_are_kept_while_an_order_is_held(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    order = await desk.placed()
    await desk.do("holdOrder", APPROVER, orderId=order["id"], reason="ADDRESS")
    await leading.go()
    [(kept,)] = await leading.sql(
        "SELECT due_at > now() + interval '47 hours' FROM platform.schedule"
        " WHERE timer = 'reservation_expiry'"
    )
    assert kept is True


async def test_confirmation_by_hand(shop: Shop, desk: Desk, leading: Leading) -> None:
    leading.have(BY_HAND)
    order = await desk.placed()
    [error] = (await desk.do("confirmOrder", APPROVER, orderId=order["id"]))["errors"]
    assert (error["code"], error["from"], error["to"]) == (
        "INVALID_TRANSITION",
        "PLACED",
        "CONFIRMED",
    )
    await leading.go()
    assert await leading.state(order["id"]) == ("WAITING", "confirmOrder")
    assert await leading.status(order["id"]) == "PLACED"
    stale = await desk.do("confirmOrder", APPROVER, orderId=order["id"], expectedVersion=9)
    assert codes(stale) == ["STALE_VERSION"]
    await leading.go()
    assert await leading.status(order["id"]) == "PLACED"
    confirmed = await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    assert (confirmed["errors"], confirmed["order"]["status"]) == ([], "PLACED")
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"
    assert codes(await desk.do("confirmOrder", APPROVER, orderId=order["id"])) == [
        "INVALID_TRANSITION"
    ]


@pytest.mark.parametrize(
    "principal",
    [ANONYMOUS, as_anna, reader("order"), writer("order"), service("payment", "order")],
)
async def test_who_may_not_confirm(
    shop: Shop, desk: Desk, leading: Leading, principal: Any
) -> None:
    leading.have(BY_HAND)
    order = await desk.placed()
    await leading.go()
    assert codes(await desk.do("confirmOrder", principal, orderId=order["id"])) == ["FORBIDDEN"]
    await leading.go()
    assert await leading.status(order["id"]) == "PLACED"


async def test_an_order_that_waits_for_confirmation_is_held_and_released(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    leading.have(BY_HAND)
    order = await desk.placed()
    await leading.go()
    await desk.do("holdOrder", APPROVER, orderId=order["id"], reason="OTHER")
    assert codes(await desk.do("confirmOrder", APPROVER, orderId=order["id"])) == [
        "INVALID_TRANSITION"
    ]
    await desk.do("releaseOrder", APPROVER, orderId=order["id"])
    await leading.go()
    assert await leading.state(order["id"]) == ("WAITING", "confirmOrder")
    await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"


# Reservations that expire.


@pytest.mark.parametrize("told", [True, False])
async def test_what_has_expired_is_reserved_anew_when_it_is_needed(
    shop: Shop, desk: Desk, leading: Leading, told: bool
) -> None:
    """Whether the saga hears of it by the event, or by inventory's refusal to commit."""
    leading.have(BY_HAND)
    order = await desk.placed()
    await leading.run()
    await leading.expire(order["id"])
    if told:
        await leading.go()
        assert await shop.free(1) == 100
        assert ("reserve", 1, "COMPENSATED") in await leading.steps(order["id"])
    await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    await leading.go()
    steps = by_step(await leading.steps(order["id"]))
    assert [row for row in steps if row[0] in ("confirm", "reserve")] == [
        *([] if told else [("confirm", 1, "FAILED")]),
        ("confirm", 1 if told else 2, "DONE"),
        ("reserve", 1, "COMPENSATED"),
        ("reserve", 2, "DONE"),
    ]
    assert [state for _, state in await shop.reservations(order["id"])] == ["EXPIRED", "COMMITTED"]
    row = await shop.row(order["id"])
    assert row.reservation_id == (await shop.reservations(order["id"]))[1][0]
    assert row.status.name == "CONFIRMED"
    assert await shop.free(1) == 97
    [(_, _, _, data)] = await shop.facts("order.confirmed")
    assert data["reservation_id"] == row.reservation_id


async def test_what_is_sold_out_meanwhile_stops_the_order(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    leading.have(BY_HAND)
    order = await desk.placed({1: 60})
    await leading.run()
    await leading.expire(order["id"])
    await leading.go()
    other = await desk.placed({1: 50})
    await desk.do("confirmOrder", APPROVER, orderId=order["id"])
    await leading.go()
    row = await shop.row(order["id"])
    assert (row.status.name, row.held_from.name) == ("ON_HOLD", "PLACED")
    [(_, _, _, data)] = await shop.facts("order.held")
    assert data["reasons"] == ["STOCK"]
    assert await leading.state(order["id"]) == ("WAITING", "releaseOrder")
    assert ("reserve", 2, "FAILED") in await leading.steps(order["id"])
    await desk.cancel(other["id"])
    await leading.go()
    await desk.do("releaseOrder", APPROVER, orderId=order["id"], reason="STOCK")
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"
    assert ("reserve", 3, "DONE") in await leading.steps(order["id"])
    assert await shop.free(1) == 40


async def test_an_expiry_that_is_none_of_ours(shop: Shop, desk: Desk, leading: Leading) -> None:
    draft = await desk.draft()
    order = await desk.placed()
    await leading.go()
    before = await leading.steps(order["id"])
    for id in (draft["id"], await write(shop), order["id"]):
        fact = ReservationExpired(aggregate_id=f"rsv_{id}", order_id=id, customer_id=ANNA)
        await leading.tell(fact)
    assert await leading.listen("order") == 3
    await leading.go()
    assert await leading.steps(order["id"]) == before


# Cancellation.


async def test_a_confirmed_order_is_canceled(shop: Shop, desk: Desk, leading: Leading) -> None:
    order = await desk.placed()
    await leading.go()
    canceled = await desk.cancel(order["id"])
    assert (canceled["errors"], canceled["order"]["status"]) == ([], "CANCELED")
    await leading.run()
    assert await leading.state(order["id"]) == ("CANCELED", None)
    assert [state for _, state in await shop.reservations(order["id"])] == ["RELEASED"]
    assert await shop.free(1) == 100
    await leading.go()
    assert await shop.free(1) == 100
    assert len(await shop.facts("order.canceled")) == 1
    steps = {row[0]: row[2] for row in await leading.steps(order["id"])}
    assert (steps["confirm"], steps["reserve"], steps["pick"]) == 3 * ("COMPENSATED",)


@pytest.mark.parametrize("document", ["commit"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_canceled_while_a_step_is_in_flight(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform, document: str, moment: str
) -> None:
    order = await desk.placed()
    setattr(wire(platform), moment, once(document, lambda: desk.cancel(order["id"])))
    await leading.go()
    assert await leading.status(order["id"]) == "CANCELED"
    assert await leading.state(order["id"]) == ("CANCELED", None)
    assert [state for _, state in await shop.reservations(order["id"])] == ["RELEASED"]
    assert await shop.facts("order.confirmed") == []
    assert await shop.free(1) == 100


async def test_canceled_while_it_is_reserved_anew(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    order = await desk.placed()
    await leading.expire(order["id"])
    await leading.listen("order")
    late: list[Any] = []
    line = wire(platform)

    async def lost(document: Any) -> None:
        if document.name == "reserve":
            late.append(document)
            await desk.cancel(order["id"])
            await cut("reserve")(document)

    line.before = lost
    await leading.go()
    assert await leading.status(order["id"]) == "CANCELED"
    assert await leading.state(order["id"]) == ("CANCELED", None)
    input = {
        "orderId": order["id"],
        "customerId": ANNA,
        "lines": [{"variantId": var(1), "quantity": 3}],
        "idempotencyKey": f"saga:reserve:{order['id']}:2",
    }
    sender = leading.agents.sender("order", ADMIN)
    answer = await platform.ask("inventory", late[0].text, sender, {"input": input})
    assert codes(answer["data"]["createReservation"]) == ["STEP_CANCELED"]
    assert await shop.free(1) == 100


async def test_an_order_is_canceled_while_inventory_is_away(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    order = await desk.placed()
    await leading.go()
    line = wire(platform)
    line.before = cut("release")
    assert (await desk.cancel(order["id"]))["order"]["status"] == "CANCELED"
    await leading.run()
    assert (await leading.state(order["id"]))[0] == "COMPENSATING"
    line.before = cut()
    await leading.hurry()
    await leading.run()
    assert await leading.state(order["id"]) == ("CANCELED", None)
    assert await shop.free(1) == 100


async def test_a_canceled_draft_and_an_order_without_a_saga(
    shop: Shop, desk: Desk, leading: Leading
) -> None:
    draft = await desk.draft()
    old = await write(shop)
    for id in (draft["id"], old):
        assert (await desk.cancel(id, ADMIN))["order"]["status"] == "CANCELED"
    assert await leading.run() == 0


async def test_a_step_that_is_put_off_is_tried_at_once_when_healing_says_so(
    shop: Shop, desk: Desk, leading: Leading, platform: Platform
) -> None:
    order = await desk.placed()
    line = wire(platform)
    line.before = cut("commit")
    await leading.go()
    assert await leading.state(order["id"]) == ("RUNNING", "inventory is away")
    line.before = cut()
    assert await leading.run() == 0
    for agent in ("aftersales", "order"):
        fact = HealingSagaResumed(
            aggregate_id="fix_1", agent=agent, saga_id=order["id"], step="confirm", order_id=None
        )
        await leading.tell(fact)
        assert await leading.listen("order") == 1
        assert await leading.run() == (1 if agent == "order" else 0)
    await leading.go()
    assert await leading.status(order["id"]) == "CONFIRMED"
