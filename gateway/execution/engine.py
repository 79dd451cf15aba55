"""Runs a plan: each request starts as soon as those it waits for have been merged."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.context import RequestContext
from gateway.execution.errors import (
    INTERNAL,
    INVALID_ANSWER,
    SUBGRAPH_UNAVAILABLE,
    client_keys,
    cut,
    error,
    from_subgraph,
)
from gateway.execution.levels import Levels
from gateway.execution.merge import merge_groups, renamed
from gateway.execution.program import Program, ReadyCall, ReadyRequest, ReadyStep
from gateway.execution.representations import Object, batch, path_of, positions_at
from gateway.planning.plan import Request
from gateway.transport.protocol import Owned, SubgraphRequest, SubgraphUnavailable, Transport

OnDefect = Callable[[str, BaseException], Awaitable[str]]
Path = list[str | int]


class Engine:
    """Holds what all runs share. `on_defect(where, exception)` returns an id for the client.

    `mask_errors`: whether the clients see no subgraph's own words, or only not those of some.
    """

    def __init__(
        self,
        transports: Mapping[str, Transport],
        mask_errors: bool | frozenset[str] = False,
        on_defect: OnDefect | None = None,
    ) -> None:
        self.transports = transports
        self.masked = (
            mask_errors
            if isinstance(mask_errors, frozenset)
            else frozenset(transports if mask_errors else ())
        )
        self.on_defect = on_defect

    async def run(
        self,
        program: Program,
        variables: Mapping[str, Any],
        context: RequestContext,
        data: dict[str, Any] | None = None,
    ) -> "Run":
        """Never raises for what a subgraph does. `data`: what is already known at the root."""
        run = Run(self, program, variables, context, data if data is not None else {})
        for step in program.steps:
            await run.step(step)
        return run

    async def run_event(
        self,
        program: Program,
        variables: Mapping[str, Any],
        context: RequestContext,
        answer: Mapping[str, Any],
    ) -> "Run":
        """The same for one event of a subscription: what its source has sent is given."""
        run = Run(self, program, variables, context, {})
        await run.event(answer)
        return run


@dataclass(slots=True)
class _Sent:
    """A call of a request on its way, with the objects that its answer belongs to.

    `groups`: path by path the objects of each representation, by its index; for a root
    selection, all of them under 0. `count`: how many there are.
    """

    ready: ReadyCall
    groups: list[dict[int, list[Object]]]
    count: int
    places: dict[int, list[Path]] | None = None


@dataclass(slots=True)
class Run:
    """The data and errors of one operation while its plan runs."""

    engine: Engine
    program: Program
    variables: Mapping[str, Any]
    context: RequestContext
    data: dict[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)
    _levels: Levels = field(init=False)
    _seen: set[tuple[Any, ...]] = field(default_factory=set)

    # -- order

    async def event(self, answer: Mapping[str, Any]) -> None:
        """What the source of a subscription has sent, and what other subgraphs add to it."""
        step = self.program.steps[0]
        source = step.first[0]
        ready = step.requests[source]
        self._receive(ready.request, answer, [_Sent(ready.calls[0], [{0: [self.data]}], 1)])
        if len(step.requests) > 1:
            await self.step(step, source)

    async def step(self, step: ReadyStep, done: int | None = None) -> None:
        """`done`: the request that has been answered already."""
        requests = step.requests
        self._levels = Levels(self.data, step.walks)
        if len(requests) == 1:
            await self._request(requests[0])
            return
        waiting = list(step.waiting)

        async with asyncio.TaskGroup() as tasks:

            async def run_from(index: int) -> None:
                while True:
                    if index != done:
                        await self._request(requests[index])
                    ready: list[int] = []
                    for follower in step.followers[index]:
                        waiting[follower] -= 1
                        if waiting[follower] == 0:
                            ready.append(follower)
                    if not ready:
                        return
                    for other in ready[1:]:
                        tasks.create_task(run_from(other))
                    index = ready[0]

            for index in step.first:
                tasks.create_task(run_from(index))

    # -- one request

    async def _request(self, request: ReadyRequest) -> None:
        variables: dict[str, Any] = {}
        sent: list[_Sent] = []
        leftovers: dict[int, list[list[Object]]] = {}
        active = 0
        for bit, ready in enumerate(request.calls):
            call = ready.call
            if call.leftovers_of is not None:
                objects = leftovers.get(call.leftovers_of, [])
            else:
                objects = [self._levels.at(path) for path in call.paths]
            if request.request.kind == "root":
                groups = [{0: here} if here else {} for here in objects]
                count = 1 if any(groups) else 0
            else:
                made = batch(call, objects, ready.identify)
                groups, leftovers[bit] = made.groups, made.leftovers
                count = len(made.representations)
                if count:
                    variables[ready.variable] = made.representations
            if count:
                active |= 1 << bit
                sent.append(_Sent(ready, groups, count))
        if not sent:
            return
        document, needed = request.text(active)
        for name in needed:
            if name in self.variables:
                variables[name] = self.variables[name]
        await self._exchange(request.request, sent, document, variables)

    async def _exchange(
        self,
        request: Request,
        sent: list[_Sent],
        document: str,
        variables: dict[str, Any],
    ) -> None:
        operation = self.program.plan.operation
        message = SubgraphRequest(document, variables, operation, self.context)
        try:
            answer = await self.engine.transports[request.graph].execute(message)
        except SubgraphUnavailable:
            for item in sent:
                self._fail(request, item, "The subgraph did not answer.", SUBGRAPH_UNAVAILABLE)
        except Exception as defect:  # noqa: BLE001 boundary: a transport's defect costs its fields
            extensions: dict[str, Any] = {}
            if self.engine.on_defect is not None:
                where = f"subgraph {request.graph}"
                extensions["id"] = await self.engine.on_defect(where, defect)
            for item in sent:
                self._fail(request, item, "Internal error.", INTERNAL, **extensions)
        else:
            self._receive(request, answer, sent)

    def _receive(self, request: Request, answer: object, sent: list[_Sent]) -> None:
        data = answer.get("data") if isinstance(answer, Mapping) else None
        listed = answer.get("errors") if isinstance(answer, Mapping) else None
        errors: list[Any] = listed if isinstance(listed, list) else []
        for raw in errors:
            self._report(request, raw, sent, lost=not isinstance(data, dict))
        if not isinstance(data, dict):
            if not errors:
                for item in sent:
                    self._invalid(request, item, "The subgraph gave no data.")
            return
        owned = isinstance(answer, Owned)
        for item in sent:
            if request.kind == "root":
                self._merge([data], item, owned)
            else:
                self._merge_entities(request, data, item, owned)

    def _merge_entities(self, request: Request, data: Object, item: _Sent, owned: bool) -> None:
        call = item.ready.call
        entities = data.get(call.alias)
        if not isinstance(entities, list) or len(entities) != item.count:
            # With another length there is no telling which entity is whose.
            self._invalid(request, item, "The subgraph did not answer for each entity.")
            return
        for index, entity in enumerate(entities):
            if not isinstance(entity, dict | None):
                message = "The subgraph answered no object for an entity."
                self._invalid(request, item, message, index)
        self._merge(entities, item, owned)

    def _merge(self, answers: list[Any], item: _Sent, owned: bool) -> None:
        answers = renamed(answers, item.ready.call.renames)
        merge_groups(item.groups, answers, item.ready.writable, owned)

    # -- errors

    def _invalid(
        self, request: Request, item: _Sent, message: str, index: int | None = None
    ) -> None:
        self._fail(request, item, message, INVALID_ANSWER, index)

    def _fail(
        self,
        request: Request,
        item: _Sent,
        message: str,
        code: str,
        index: int | None = None,
        **extensions: Any,
    ) -> None:
        for path in self._places(item, index):
            self._add(error(message, code, path, subgraph=request.graph, **extensions))

    def _report(self, request: Request, raw: Any, sent: list[_Sent], lost: bool) -> None:
        """An error of a subgraph at every place of the client's answer that it concerns."""
        path = raw.get("path") if isinstance(raw, Mapping) else None
        places = self._client_paths(path, request, sent) if isinstance(path, list) and path else []
        if not places and lost:
            places = [place for item in sent for place in self._places(item)]
        mask = request.graph in self.engine.masked
        for place in places:
            self._add(from_subgraph(raw, request.graph, place, mask))
        if not places:
            self._add(from_subgraph(raw, request.graph, None, mask))

    def _client_paths(self, path: list[Any], request: Request, sent: list[_Sent]) -> list[Path]:
        if not all(isinstance(element, str | int) for element in path):
            return []
        if request.kind == "root":
            item = sent[0]
            rest = client_keys(path, item.ready.call.renames)
            return [[*place, *rest] for place in self._positions(item).get(0, ())]
        for item in sent:
            if path[0] == item.ready.call.alias and len(path) > 1 and isinstance(path[1], int):
                rest = client_keys(path[2:], item.ready.call.renames)
                return [[*place, *rest] for place in self._positions(item).get(path[1], ())]
        return []

    def _places(self, item: _Sent, index: int | None = None) -> list[Path]:
        """Where the client misses what a call, or one of its entities, would have brought."""
        found = self._positions(item)
        indices = sorted(found) if index is None else [index]
        paths = [place for each in indices for place in found.get(each, ())]
        call = item.ready.call
        if call.alias:
            return paths
        keys = [key for key in call.root_keys if key != "__typename"]
        return [[*path, key] for path in paths for key in keys]

    def _positions(self, item: _Sent) -> dict[int, list[Path]]:
        """Where a call's objects are, by the index of their representation.

        Objects of the data are ours: their identity tells, in however many places they are.
        """
        if item.places is None:
            item.places = {}
            for path, groups in zip(item.ready.paths, item.groups, strict=True):
                owner = {id(each): index for index, all_ in groups.items() for each in all_}
                for value, link in positions_at(self.data, path):
                    index = owner.get(id(value))
                    if index is not None:
                        item.places.setdefault(index, []).append(path_of(link))
        return item.places

    def _add(self, made: dict[str, Any]) -> None:
        if "path" in made:
            made["path"] = cut(made["path"], self.program.shape)
        identity = (made["message"], made["extensions"]["code"], tuple(made.get("path", ())))
        if identity not in self._seen:
            self._seen.add(identity)
            self.errors.append(made)
