"""What both buses deliver to: one consumer group, which takes each event once."""

from typing import Any, Protocol

from events.event import Event
from events.received import Received
from models.database import UnitOfWork


class Consumer(Protocol):
    """One agent's handlers. `name` is the consumer group: cursors and inbox rows bear it."""

    @property
    def name(self) -> str: ...

    @property
    def types(self) -> frozenset[str]:
        """The event types that it takes; all others are passed over."""
        ...

    @property
    def prepares(self) -> frozenset[str]:
        """Those of `types` for which `prepare` does anything; it is called for no other."""
        ...

    async def prepare(self, event: Received[Event]) -> Any:
        """Read foreign facts, outside any transaction; at least once.

        In a batch it may run before an earlier event of the same key is applied.
        """
        ...

    async def apply(self, work: UnitOfWork, event: Received[Event], prepared: Any) -> None:
        """The effect, in the transaction that also holds inbox row and cursor; once.

        `prepared` is None where `prepare` was not called.
        """
        ...
