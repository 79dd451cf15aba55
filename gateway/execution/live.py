"""A subscription as it is executed: events of one subgraph, completed from the others."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.context import RequestContext
from gateway.execution.answered import event_of
from gateway.execution.engine import Engine
from gateway.execution.errors import (
    INTERNAL,
    SUBGRAPH_UNAVAILABLE,
    Violation,
    client_keys,
    error,
    from_subgraph,
    unexplained,
)
from gateway.execution.in_order import in_order
from gateway.execution.messages import GraphQLRequest
from gateway.execution.prepare import Prepared
from gateway.execution.streams import Event, StreamFailed
from gateway.transport.protocol import (
    Answers,
    SubgraphRequest,
    SubgraphUnavailable,
    SubscriptionFailed,
)

SUBSCRIPTION_SCHEMA_RELOAD: Final = "SUBSCRIPTION_SCHEMA_RELOAD"

# Events that are completed at the same time: other subgraphs take their time, events do not wait.
_AHEAD: Final = 16

Answer = Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Binding:
    """What answers events; another one once the supergraph has been replaced.

    `running`: events that are being answered.
    """

    engine: Engine
    prepared: Prepared
    running: int = 0
    idle: asyncio.Event | None = None

    @contextmanager
    def in_use(self) -> Iterator["Binding"]:
        self.running += 1
        try:
            yield self
        finally:
            self.running -= 1
            if self.idle is not None and not self.running:
                self.idle.set()

    async def unused(self) -> None:
        """When the events that it has begun with are answered."""
        if self.running:
            self.idle = asyncio.Event()
            await self.idle.wait()


class LiveOperation:
    """The `Source` of one stream. `context` is that of the subscriber on whose behalf it runs.

    `drawn`: see `Ready`; it stays when the supergraph is replaced.
    """

    def __init__(
        self, binding: Binding, request: GraphQLRequest, context: RequestContext, drawn: float
    ) -> None:
        self.binding = binding
        self.request = request
        self.context = context
        self.drawn = drawn

    async def rebind(self, binding: Binding) -> None:
        """From the next event on. Those that are being answered are answered as they began."""
        old, self.binding = self.binding, binding
        await old.unused()

    async def events(self) -> AsyncGenerator[Event, None]:
        """See `Source.events`."""
        try:
            async with self._source() as answers:
                if len(self.binding.prepared.program.steps[0].requests) == 1:
                    async for answer in answers:
                        yield await self._event(answer)
                else:
                    async with aclosing(in_order(answers, self._event, _AHEAD)) as events:
                        async for event in events:
                            yield event
        except SubscriptionFailed as failed:
            raise StreamFailed(list(self._errors(failed))) from failed
        except SubgraphUnavailable as failed:
            what = "The subgraph did not answer."
            raise StreamFailed([self._fault(what, SUBGRAPH_UNAVAILABLE)]) from failed
        except Exception as defect:  # boundary: a defect of ours ends this stream and no other
            raise StreamFailed([await self._defect(defect)]) from defect

    def _source(self) -> Answers:
        step = self.binding.prepared.program.steps[0]
        source = step.requests[step.first[0]]
        document, needed = source.text(source.request.all_calls)
        given = self.request.variables
        variables = {name: given[name] for name in needed if name in given}
        transport = self.binding.engine.transports[source.request.graph]
        return transport.subscribe(
            SubgraphRequest(document, variables, "subscription", self.context)
        )

    # -- one event

    async def _event(self, answer: Answer) -> Event:
        with self.binding.in_use() as binding:
            run = await binding.engine.run_event(
                binding.prepared.program, self.request.variables, self.context, answer
            )
            violations: list[Violation] = []
            data = binding.prepared.project(run.data, violations)
            errors = run.errors + unexplained(violations, run.errors)
        body: dict[str, Any] = {"errors": errors} if errors else {}
        body["data"] = data
        extensions = answer.get("extensions")
        if isinstance(extensions, dict) and extensions:
            body["extensions"] = extensions
        return event_of(body)

    # -- the end

    def _errors(self, failed: SubscriptionFailed) -> Iterator[dict[str, Any]]:
        plan = self.binding.prepared.plan
        source = plan.steps[0].requests[0]
        mask = source.graph in self.binding.engine.masked
        for raw in failed.errors:
            path = raw.get("path") if isinstance(raw, Mapping) else None
            if isinstance(path, list) and all(isinstance(item, str | int) for item in path):
                place = client_keys(path, source.calls[0].renames)
            else:
                place = None
            yield from_subgraph(raw, source.graph, place, mask)

    def _fault(self, message: str, code: str, **extensions: Any) -> dict[str, Any]:
        source = self.binding.prepared.plan.steps[0].requests[0]
        path: list[str | int] = [*source.calls[0].root_keys[:1]]
        return error(message, code, path, subgraph=source.graph, **extensions)

    async def _defect(self, defect: Exception) -> dict[str, Any]:
        on_defect = self.binding.engine.on_defect
        if on_defect is None:
            return self._fault("Internal error.", INTERNAL)
        return self._fault("Internal error.", INTERNAL, id=await on_defect("gateway", defect))


def schema_reloaded() -> dict[str, Any]:
    """What ends a subscription that the new supergraph would answer in another way."""
    message = "The schema has changed: subscribe again."
    return error(message, SUBSCRIPTION_SCHEMA_RELOAD)


def of_stream(context: RequestContext) -> RequestContext:
    """Without response headers: a stream has sent its own long ago."""
    return context if context.response_headers is None else replace(context, response_headers=None)
