"""Serves through one gateway at a time; the one before finishes what it has begun."""

import asyncio
import heapq
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from gateway.context import RequestContext
from gateway.execution.streams import Sink, Subscription
from gateway.gateway import GraphQLRequest, GraphQLResponse
from gateway.standalone.supergraph import Loaded
from gateway.transport.breaker import State

_MOST_COUNTED: Final = 2_000
_LONGEST_COUNTED: Final = 20_000


class _Serving:
    """A gateway, and how many operations it is executing."""

    __slots__ = ("idle", "loaded", "running")

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.running = 0
        self.idle: asyncio.Event | None = None


class _Uses:
    """How often each document was asked for; what is rare is forgotten when there are too many."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, document: str) -> None:
        if len(document) > _LONGEST_COUNTED:
            return
        counts = self._counts
        counts[document] = counts.get(document, 0) + 1
        if len(counts) > _MOST_COUNTED:
            self._keep(self.most(_MOST_COUNTED // 2))

    def most(self, most: int) -> list[str]:
        return heapq.nlargest(most, self._counts, key=self._counts.__getitem__)

    def fade(self) -> None:
        """What was asked for before the last supergraph counts half as much from now on."""
        self._counts = {document: (count + 1) // 2 for document, count in self._counts.items()}

    def _keep(self, documents: list[str]) -> None:
        self._counts = {document: self._counts[document] for document in documents}


class SwappableGateway:
    """An `Executor` whose gateway can be replaced between any two operations."""

    def __init__(self, first: Loaded) -> None:
        self._serving = _Serving(first)
        self._uses = _Uses()
        self._retiring: set[asyncio.Task[None]] = set()

    @property
    def loaded(self) -> Loaded:
        """What serves now."""
        return self._serving.loaded

    async def execute(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allow_mutations: bool = True,
    ) -> GraphQLResponse:
        """See `Executor.execute`."""
        self._uses.count(request.query)
        with self._running() as loaded:
            return await loaded.gateway.execute(request, context, allow_mutations=allow_mutations)

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        """See `Executor.is_subscription`."""
        return await self.loaded.gateway.is_subscription(request)

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> Subscription | GraphQLResponse:
        """See `Executor.subscribe`."""
        self._uses.count(request.query)
        with self._running() as loaded:
            return await loaded.gateway.subscribe(request, context, sink)

    @contextmanager
    def _running(self) -> Iterator[Loaded]:
        """What serves now, for as long as it takes."""
        serving = self._serving
        serving.running += 1
        try:
            yield serving.loaded
        finally:
            serving.running -= 1
            if serving.running == 0 and serving.idle is not None:
                serving.idle.set()

    def swap(self, loaded: Loaded) -> None:
        """From the next operation on, `loaded` serves. The old transports close when all ended.

        Subscriptions that it answers as before go on; the others are told to begin anew.
        """
        self._uses.fade()
        old, self._serving = self._serving, _Serving(loaded)
        task = asyncio.create_task(_retire(old, loaded))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    def most_used(self, most: int) -> list[str]:
        """The documents that were asked for most often, lately above all."""
        return self._uses.most(most)

    def circuits(self) -> Mapping[str, State]:
        """The state of the circuit breaker of each subgraph."""
        return {name: each.circuit for name, each in self.loaded.transports.items()}

    async def close(self) -> None:
        """Closes all transports, when nothing is executed any more."""
        await asyncio.gather(self._serving.loaded.gateway.close(), *self._retiring)


async def _retire(serving: _Serving, successor: Loaded) -> None:
    before, after = serving.loaded.transports, successor.transports
    moved = {name for name, each in before.items() if name in after and after[name].url != each.url}
    await successor.gateway.take_over(serving.loaded.gateway, frozenset(moved))
    if serving.running:
        serving.idle = asyncio.Event()
        await serving.idle.wait()
        # Subscriptions that were just beginning.
        await successor.gateway.take_over(serving.loaded.gateway, frozenset(moved))
    await serving.loaded.gateway.close()
