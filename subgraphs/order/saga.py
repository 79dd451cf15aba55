"""Order to delivery (DOMAIN.md section 2): what happens to an order once it is placed.

Reserved and placed it is by `placeOrder`, which begins the saga. Which agents there are decides how
far it goes: a check without its agent is skipped, at the first missing executor it ends.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from subgraphs.kit import EVERY_ROW, ID, Info, UnitOfWork, sagas
from subgraphs.kit.sagas import (
    Absent,
    Aside,
    Command,
    Input,
    Refusal,
    Run,
    Saga,
    Step,
    StepRow,
    Then,
    Undo,
    Wait,
)
from subgraphs.order.enums import CancelReason
from subgraphs.order.neighbours import DOCUMENTS, SHORTEST_LIFE
from subgraphs.order.repository import lines, orders
from subgraphs.order.reservation_intents import keep
from subgraphs.order.service import fulfilment
from subgraphs.order.settings import OrderSettings
from subgraphs.order.states import SAGA
from subgraphs.order.types import Order

SOLD = {"COMMITTED", "PARTIALLY_CONSUMED", "CONSUMED"}
FIRST_PAYMENT = timedelta(minutes=15)
"""How much longer units are kept for a customer who has begun to pay."""


async def _gate(info: Info, work: UnitOfWork, run: Run) -> str | None:
    return "releaseOrder" if await fulfilment.held(work, ID(run.id)) else None


async def _compensating(info: Info, work: UnitOfWork, run: Run) -> None:
    await fulfilment.canceled(work, ID(run.id), CancelReason.OTHER)


async def _order(work: UnitOfWork, run: Run) -> Order:
    return (await orders.by_id(work, EVERY_ROW, [ID(run.id)]))[ID(run.id)]


# Payment. Without an agent for it, the shop decides whether anything goes on.


def _unless_unpaid(info: Info) -> Absent:
    return Absent.SKIP if info.settings(OrderSettings).unpaid else Absent.END


def _payment_window(info: Info) -> timedelta:
    return info.settings(OrderSettings).payment_window


async def _never_paid(info: Info, work: UnitOfWork, run: Run) -> Then:
    await fulfilment.canceled(work, ID(run.id), CancelReason.PAYMENT)
    return Then.COMPENSATE


async def _paying(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> None:
    await keep(work, await _order(work, run), work.now + FIRST_PAYMENT)


# Confirmation by hand.


async def _not_by_hand(info: Info, work: UnitOfWork, run: Run) -> str | None:
    by_hand = info.settings(OrderSettings).confirm_by_hand
    return None if by_hand else "orders are not confirmed by hand"


async def _keep_for_review(info: Info, work: UnitOfWork, run: Run) -> None:
    until = work.now + info.settings(OrderSettings).review
    await keep(work, await _order(work, run), until)


# The reservation: made before the order was placed, made anew where it has expired since.


async def _to_reserve(info: Info, work: UnitOfWork, run: Run, subject: str) -> Input:
    order = await _order(work, run)
    ordered = (await lines.of_orders(work, [order.id]))[order.id]
    return {
        "orderId": order.id,
        "customerId": order.customer_id,
        "lines": [
            {"variantId": line.variant_id, "quantity": line.quantity - line.canceled}
            for line in sorted(ordered, key=lambda line: line.variant_id)
        ],
    }


def _alive(info: Info, reservation: Input) -> Refusal | None:
    """A repeat may find that what was reserved has expired meanwhile."""
    left = datetime.fromisoformat(reservation["expiresAt"]) - info.database.clock()
    if reservation["status"] == "ACTIVE" and left > SHORTEST_LIFE:
        return None
    return Refusal("RESERVATION_EXPIRED", "The reservation has expired.")


async def _reserved(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> None:
    await fulfilment.reserved(work, ID(run.id), _made(row), row.generation)


async def _not_reserved(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> Then:
    if row.error_code == "INSUFFICIENT_STOCK":
        await fulfilment.out_of_stock(work, ID(run.id))
    return Then.AGAIN


def _release(run: Run, row: StepRow) -> Input:
    """Whatever the last reservation's step has made, or will make: it holds all of the units."""
    return {"step": row.key if row.step == "reserve" else run.of("reserve")[-1].key}


# Sold.


async def _to_commit(info: Info, work: UnitOfWork, run: Run, subject: str) -> Input:
    reserved = run.done("reserve")
    assert reserved is not None  # noqa: S101  # a stage begins when the one before it is done
    return {"reservationId": _made(reserved)}


def _sold(info: Info, reservation: Input) -> Refusal | None:
    if reservation["status"] in SOLD:
        return None
    return Refusal("RESERVATION_ENDED", "The reservation has been given back.")


async def _confirmed(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> None:
    await fulfilment.confirmed(work, ID(run.id))


async def _expired(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> Then:
    """Then there is nothing to sell it with: it is reserved anew, and that is confirmed."""
    reserved = run.done("reserve")
    if reserved is not None:
        await sagas.lapse(work, SAGA, run.id, "reserve", _made(reserved))
    return Then.AGAIN


# Lines that change while the order is placed (amending.py).


def _back(run: Run, row: StepRow) -> Input:
    sent: Mapping[str, Any] = row.input or {}
    taken = [{**line, "by": -line["by"]} for line in sent["lines"]]
    return {"reservationId": sent["reservationId"], "lines": taken, "step": row.key}


def _made(row: StepRow) -> ID:
    return ID((row.outcome or {})["id"])


RELEASE = Undo(DOCUMENTS["inventory", "release"], _release)
ADJUST = DOCUMENTS["inventory", "adjust"]
AMEND = Aside("amend", ADJUST, Undo(ADJUST, _back))

ORDER_TO_DELIVERY = Saga(
    SAGA,
    version=1,
    stages=[
        [
            Step("screen", "fraud", absent=sagas.skip),
            Step("evaluate", "risk", absent=sagas.skip),
        ],
        [
            Step(
                "payment",
                "payment",
                absent=_unless_unpaid,
                wait=Wait("payment.initialized", _payment_window, _never_paid),
                done=_paying,
            )
        ],
        [
            Step(
                "approval",
                needless=_not_by_hand,
                wait=Wait("confirmOrder", begins=_keep_for_review),
            )
        ],
        [
            Step(
                "reserve",
                "inventory",
                command=Command(DOCUMENTS["inventory", "reserve"], _to_reserve),
                accepts=_alive,
                done=_reserved,
                refused=_not_reserved,
                undo=RELEASE,
            )
        ],
        [Step("authorize", "payment", absent=_unless_unpaid)],
        [
            Step(
                "confirm",
                "inventory",
                command=Command(DOCUMENTS["inventory", "commit"], _to_commit),
                accepts=_sold,
                done=_confirmed,
                refused=_expired,
                undo=RELEASE,
            )
        ],
        [Step("pick", "warehouse")],
    ],
    gate=_gate,
    compensating=_compensating,
    asides=[AMEND],
)


async def begin(work: UnitOfWork, order: Order) -> None:
    """In the transaction that places the order: reserved it is already."""
    reserved = {"id": order.reservation_id}
    row = sagas.was_done(work, ORDER_TO_DELIVERY, order.id, "reserve", order.generation, reserved)
    await sagas.begin(work, ORDER_TO_DELIVERY, order.id, [row])
