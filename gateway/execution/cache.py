"""Bounded caches whose misses are computed once, however many wait for them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Least recently used entries go first. `weight` measures an entry, `max_weight` their sum."""

    def __init__(
        self,
        max_entries: int,
        max_weight: int | None = None,
        weight: Callable[[K], int] = lambda key: 1,
    ) -> None:
        if max_entries < 1:
            raise ValueError("a cache holds at least one entry")
        self._max_entries = max_entries
        self._max_weight = max_weight
        self._weigh = weight
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._total = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def total_weight(self) -> int:
        return self._total

    def get(self, key: K) -> V | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> None:
        if key in self._entries:
            self._total -= self._weigh(key)
        self._entries[key] = value
        self._entries.move_to_end(key)
        self._total += self._weigh(key)
        while len(self._entries) > self._max_entries or (
            self._max_weight is not None and self._total > self._max_weight
        ):
            oldest, _ = self._entries.popitem(last=False)
            self._total -= self._weigh(oldest)


class SingleFlightCache(Generic[K, V]):
    """Misses run in a thread, so that a large document does not hold up the event loop.

    A waiter that is cancelled leaves the computation to the others. What raises is not kept.
    """

    def __init__(self, entries: BoundedCache[K, V]) -> None:
        self.entries = entries
        self._flights: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, make: Callable[[], V]) -> V:
        found = self.entries.get(key)
        if found is not None:
            return found
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fly(key, make))
            flight.add_done_callback(_retrieved)
            self._flights[key] = flight
        return await asyncio.shield(flight)

    def get_now(self, key: K, make: Callable[[], V]) -> V:
        """The same without an event loop, on the caller's thread."""
        found = self.entries.get(key)
        if found is None:
            found = make()
            self.entries.put(key, found)
        return found

    async def _fly(self, key: K, make: Callable[[], V]) -> V:
        try:
            made = await asyncio.to_thread(make)
            self.entries.put(key, made)
            return made
        finally:
            del self._flights[key]


def _retrieved(flight: "asyncio.Task[V]") -> None:
    """Every waiter may be gone by now; the failure was still nobody's fault but its own."""
    if not flight.cancelled():
        flight.exception()
