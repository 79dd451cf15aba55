"""Who shares which execution of a subscription, and what a new supergraph does to them."""

from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple

import orjson
from graphql import OperationDefinitionNode

from gateway.context import RequestContext
from gateway.execution.admission import PlanKey
from gateway.execution.documents import Document
from gateway.execution.engine import Engine
from gateway.execution.errors import Violation, unexplained
from gateway.execution.live import Binding, LiveOperation, of_stream, schema_reloaded
from gateway.execution.messages import GraphQLRequest, GraphQLResponse
from gateway.execution.prepare import Prepared
from gateway.execution.signature import signature
from gateway.execution.streams import Sink, Stream, Streams, Subscription
from gateway.planning.model import Supergraph


class Ready(NamedTuple):
    """A request that may be run, what its plan depends on, and what it costs if that is bounded.

    `drawn` decided about the percentages of `@override`.
    """

    document: Document
    operation: OperationDefinitionNode
    prepared: Prepared
    key: PlanKey
    cost: int | None
    drawn: float


MakeReady = Callable[[GraphQLRequest, RequestContext, float | None], Awaitable[Ready]]

Sharing = Callable[[GraphQLRequest, RequestContext], Hashable | None]
"""What of the caller the answers to a subscription depend on; None: that cannot be told."""


class Subscriptions:
    """Those of one gateway. `make_ready` admits and plans; it raises where it refuses.

    It draws unless it is given what a stream drew when it began.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        engine: Engine,
        make_ready: MakeReady,
        sharing: Sharing | None,
    ) -> None:
        self._supergraph = supergraph
        self._engine = engine
        self._make_ready = make_ready
        self._sharing = sharing
        self.streams: Streams[LiveOperation] = Streams()

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> Subscription | GraphQLResponse:
        """Raises what `make_ready` raises."""
        context = of_stream(context)
        ready = await self._make_ready(request, context, None)
        prepared = ready.prepared
        if not prepared.plan.steps:  # the caller may not read the one field that there is
            violations: list[Violation] = []
            answer = prepared.project({}, violations)
            return GraphQLResponse(answer, unexplained(violations, ()), executed=True)
        return self.streams.join(
            self._key(request, context, ready),
            lambda: LiveOperation(Binding(self._engine, prepared), request, context, ready.drawn),
            sink,
            context,
        )

    async def take_over(self, old: "Subscriptions", moved: frozenset[str]) -> None:
        """See `Gateway.take_over`."""
        for stream in old.streams.take():
            if not await self._adopt(stream, old, moved):
                stream.end([schema_reloaded()])

    async def close(self) -> None:
        """Cuts off all of them."""
        await self.streams.close()

    def _key(self, request: GraphQLRequest, context: RequestContext, ready: Ready) -> Hashable:
        variables = orjson.dumps(dict(request.variables), option=orjson.OPT_SORT_KEYS)
        shared = self._sharing(request, context) if self._sharing is not None else None
        if shared is None:
            graphs = dict.fromkeys(each.graph for each in ready.prepared.plan.requests)
            transports = self._engine.transports
            shared = tuple(transports[graph].identity(context) for graph in graphs)
        return ready.key, variables, shared

    async def _adopt(
        self, stream: Stream[LiveOperation], old: "Subscriptions", moved: frozenset[str]
    ) -> bool:
        live = stream.source
        try:
            ready = await self._make_ready(live.request, live.context, live.drawn)
            key = self._key(live.request, live.context, ready)
        except Exception:  # noqa: BLE001 boundary: its client subscribes again, and is told
            return False
        if not self._answers_alike(ready, live.binding.prepared, old, moved):
            return False
        await live.rebind(Binding(self._engine, ready.prepared))
        self.streams.add(key, stream)
        return True

    def _answers_alike(
        self, ready: Ready, before: Prepared, old: "Subscriptions", moved: frozenset[str]
    ) -> bool:
        if ready.prepared.plan.to_json() != before.plan.to_json():
            return False
        if any(request.graph in moved for request in before.plan.requests):
            return False
        document = ready.document.node
        return document is not None and (
            signature(self._supergraph, document) == signature(old._supergraph, document)
        )
