"""What the order agent does when it hears of a fact: its sagas go on."""

from events.catalog.healing import HealingSagaResumed
from events.catalog.inventory import ReservationExpired
from events.catalog.payment import PaymentInitialized
from events.received import Received
from subgraphs.kit import EVERY_ROW, ID, Info, Role, UnitOfWork, handler, sagas
from subgraphs.order.repository import orders
from subgraphs.order.states import SAGA


@handler(ReservationExpired, role=Role.TRIGGER)
async def reserve_anew(info: Info, work: UnitOfWork, event: Received[ReservationExpired]) -> None:
    """Of an order that is placed: when the saga needs its units again."""
    fact = event.event
    if await orders.lock(work, EVERY_ROW, ID(fact.order_id)) is not None:
        await sagas.lapse(work, SAGA, fact.order_id, "reserve", fact.aggregate_id)


@handler(PaymentInitialized, role=Role.TRIGGER)
async def begin_payment(info: Info, work: UnitOfWork, event: Received[PaymentInitialized]) -> None:
    fact = event.event
    if await orders.lock(work, EVERY_ROW, ID(fact.order_id)) is not None:
        data = {"payment_id": fact.aggregate_id, "amount": fact.amount}
        await sagas.tell(work, SAGA, fact.order_id, "payment.initialized", data)


@handler(HealingSagaResumed, role=Role.TRIGGER)
async def retry_step(info: Info, work: UnitOfWork, event: Received[HealingSagaResumed]) -> None:
    """Whatever stood in the way of the step is mended: it need not wait for its next try."""
    if event.event.agent == "order":
        await sagas.resume(work, SAGA, event.event.saga_id)


HANDLERS = [reserve_anew, begin_payment, retry_step]
