"""An order's saga, as staff sees it."""

from datetime import datetime

from models.work import SagaState
from subgraphs.kit import ID, Reads, output, saga_store
from subgraphs.kit.saga_types import SagaStep, shown
from subgraphs.order.states import SAGA


@output
class OrderSaga:
    """`version` is that of the definition it began with, and will finish on.

    `waitsFor` names a mutation, an event, an agent that the installation does not have, or what
    stood in the way of the last try; `dueAt` is when it looks again by itself.
    """

    version: int
    state: SagaState
    waits_for: str | None
    due_at: datetime | None
    steps: list[SagaStep]
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


async def of_order(db: Reads, order: ID) -> OrderSaga | None:
    """None where the order was never placed, or is not ours."""
    found = (await saga_store.find(db, SAGA, [order])).get(order)
    if found is None:
        return None
    return OrderSaga(
        version=found.version,
        state=found.state,
        waits_for=found.waits_for,
        due_at=found.due_at,
        steps=[shown(row) for row in await saga_store.steps(db, SAGA, order)],
        created_at=found.created_at,
        updated_at=found.updated_at,
        ended_at=found.ended_at,
    )
