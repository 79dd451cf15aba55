"""Facts told to an agent's handlers without a bus: in the order given, or in any that may come."""

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import groupby

from events.batch import Batch
from events.consumer import Consumer
from events.cursors import Stream
from events.delivery import Delivery
from events.event import Event
from events.stamped import Stamped
from models.database import Database, UnitOfWork
from subgraphs.kit.agents import Agents
from subgraphs.kit.consuming import AgentConsumer
from tests.events.examples import envelope_of
from tests.events.traffic import Captured

ORDERS = 20
"""In how many different orders `shuffled` tells the same facts."""


def told(*events: Event, seed: bool = False) -> list[Stamped]:
    """As they would lie in the log: positions from 1, sequences by aggregate."""
    stamped: list[Stamped] = []
    sequences: dict[str, int] = {}
    for position, event in enumerate(events, 1):
        sequences[event.aggregate_id] = sequences.get(event.aggregate_id, 0) + 1
        number = sequences[event.aggregate_id]
        id = f"evt_{event.aggregate_id}_{number}"
        stamped.append(Stamped(position, envelope_of(event, id=id, sequence=number, seed=seed)))
    return stamped


async def hear(agents: Agents, agent: str, *events: Event, seed: bool = False) -> None:
    """The agent hears of these facts, one after the other; a handler that fails, fails the test."""
    await deliver(agents.db, AgentConsumer(agents, agent), told(*events, seed=seed))


async def deliver(db: Database, consumer: Consumer, events: Sequence[Stamped]) -> None:
    """Through park and inbox, as a bus delivers."""
    captured = Captured()
    delivery = Delivery(db, consumer, captured)
    for event in events:
        envelope = event.envelope
        stream = Stream(consumer.name, envelope.agent, envelope.partition)
        await delivery.deliver(Batch([event], {stream: event.position}), _Open())
    for _, _, defect in captured.defects:
        raise defect


async def shuffled(
    events: Sequence[Event],
    fresh: Callable[[], Awaitable[tuple[Database, Consumer]]],
    look: Callable[[Database], Awaitable[object]],
    orders: int = ORDERS,
) -> None:
    """However the streams interleave, and however often each event comes: `look` sees the same.

    `fresh` gives a database in the former state and a consumer on it; `look` what came of it.
    """
    db, consumer = await fresh()
    await deliver(db, consumer, told(*events))
    expected = await look(db)
    for order in orders_of(told(*events), orders):
        db, consumer = await fresh()
        await deliver(db, consumer, order)
        assert await look(db) == expected, [event.envelope.id for event in order]


def orders_of(events: Sequence[Stamped], count: int) -> Iterator[list[Stamped]]:
    """Random interleavings in which each key keeps its order, and events come again later."""
    chance = random.Random(1)  # the same in every run
    by_key = [
        list(group)
        for _, group in groupby(sorted(events, key=lambda event: event.key), lambda e: e.key)
    ]
    for _ in range(count):
        waiting = [list(events) for events in by_key]
        order: list[Stamped] = []
        while waiting:
            stream = chance.choice(waiting)
            order.append(stream.pop(0))
            if chance.random() < 0.3:
                order.append(chance.choice(order))
            if not stream:
                waiting.remove(stream)
        yield order


class _Open:
    """No cursor is in the way."""

    async def move(self, work: UnitOfWork, ends: Mapping[Stream, int]) -> None:
        """Anything may come again."""

    def moved(self, ends: Mapping[Stream, int]) -> None:
        """Nothing is kept."""
