"""Events on their way to consumers, by one bus or the other: the tests are the same."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import text

from events.consumer import Consumer
from events.kafka.bus import KafkaBus
from events.postgres_bus import PostgresBus
from events.sequencer import Sequencer
from models.database import Database
from tests.events.traffic import Captured, Wires, running

LAG = text("""
    SELECT count(*) FROM platform.event_log l JOIN platform.consumer_cursor c
    ON (c.agent, c.partition) = (l.agent, l.partition) AND c.position < l.position
    WHERE c.consumer = :consumer
""")


class Carried(Protocol):
    """A bus of the tests."""

    db: Database
    captured: Captured

    def to(self, *consumers: Consumer) -> AbstractAsyncContextManager[None]:
        """What one process that has these consumers does, beside the block."""
        ...

    async def lag(self, consumer: str) -> int:
        """How many events of its topics the consumer has not passed."""
        ...


class Way(ABC):
    """Sequencer and bus, as a process of their own would have them."""

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        self.db = wires.db
        self.captured = wires.captured

    @asynccontextmanager
    async def to(self, *consumers: Consumer) -> AsyncIterator[None]:
        """See `Carried`."""
        wires = Wires(self.db, self.captured)
        sequencer = Sequencer(wires.db, wires.bell, wires.defects)
        async with running(wires.bell.run(), sequencer.run(), self.bus(wires, consumers)):
            yield

    @abstractmethod
    def bus(self, wires: Wires, consumers: Sequence[Consumer]) -> Coroutine[Any, Any, None]:
        """What carries events from the log, or from the broker, until it is cancelled."""

    async def lag(self, consumer: str) -> int:
        """See `Carried`."""
        [row] = await self.db.rows(LAG, {"consumer": consumer})
        return int(row[0])


class ByPostgres(Way):
    def bus(self, wires: Wires, consumers: Sequence[Consumer]) -> Coroutine[Any, Any, None]:
        return PostgresBus(wires.db, wires.bell, consumers, wires.defects).run()


class ByKafka(Way):
    """With more `patience` than a test lasts, what does not fail comes from Kafka alone."""

    def __init__(self, wires: Wires, servers: str, patience: float = 600.0) -> None:
        super().__init__(wires)
        self._servers = servers
        self._patience = patience

    def bus(self, wires: Wires, consumers: Sequence[Consumer]) -> Coroutine[Any, Any, None]:
        return KafkaBus(
            wires.db,
            wires.bell,
            consumers,
            wires.defects,
            self._servers,
            keep=timedelta(days=1),
            patience=self._patience,
        ).run()
