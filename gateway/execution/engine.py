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
from gateway.execution.merge import merge_into, renamed
from gateway.execution.representations import Batch, Target, batch, path_of, targets
from gateway.planning.plan import Call, Plan, PlanStep, Request
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable, Transport

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
        plan: Plan,
        variables: Mapping[str, Any],
        context: RequestContext,
        data: dict[str, Any] | None = None,
    ) -> "Run":
        """Never raises for what a subgraph does. `data`: what is already known at the root."""
        run = Run(self, plan, variables, context, data if data is not None else {})
        for step in plan.steps:
            await run.step(step)
        return run


@dataclass(slots=True)
class _Sent:
    """A call of a request on its way, with the objects that its answer belongs to.

    For `_entities`, one list of objects per representation.
    """

    call: Call
    targets: list[list[Target]]


@dataclass(slots=True)
class Run:
    """The data and errors of one operation while its plan runs."""

    engine: Engine
    plan: Plan
    variables: Mapping[str, Any]
    context: RequestContext
    data: dict[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)
    _seen: set[tuple[Any, ...]] = field(default_factory=set)

    # -- order

    async def step(self, step: PlanStep) -> None:
        requests = step.requests
        if len(requests) == 1:
            await self._request(step, requests[0])
            return
        waiting = [len(request.after) for request in requests]
        followers: list[list[int]] = [[] for _ in requests]
        for index, request in enumerate(requests):
            for before in request.after:
                followers[before].append(index)

        async with asyncio.TaskGroup() as tasks:

            async def run_from(index: int) -> None:
                while True:
                    await self._request(step, requests[index])
                    ready: list[int] = []
                    for follower in followers[index]:
                        waiting[follower] -= 1
                        if waiting[follower] == 0:
                            ready.append(follower)
                    if not ready:
                        return
                    for other in ready[1:]:
                        tasks.create_task(run_from(other))
                    index = ready[0]

            for index in [index for index, count in enumerate(waiting) if count == 0]:
                tasks.create_task(run_from(index))

    # -- one request

    async def _request(self, step: PlanStep, request: Request) -> None:
        variables: dict[str, Any] = {}
        sent: list[_Sent] = []
        leftovers: dict[int, list[Target]] = {}
        active = 0
        for bit, call in enumerate(request.calls):
            objects = [
                target for path in call.paths for target in targets(self.data, path, step.writable)
            ]
            if call.leftovers_of is not None:
                objects = leftovers.get(call.leftovers_of, [])
            if request.kind == "root":
                made = [objects] if objects else []
            else:
                prepared: Batch = batch(call, objects)
                made = prepared.targets
                leftovers[bit] = prepared.leftovers
                variables[request.representations_variable(call)] = prepared.representations
            if made:
                active |= 1 << bit
                sent.append(_Sent(call, made))
            else:
                variables.pop(request.representations_variable(call), None)
        if not sent:
            return
        for name in request.variables_of(active):
            if name in self.variables:
                variables[name] = self.variables[name]
        await self._exchange(request, sent, request.document(active), variables)

    async def _exchange(
        self,
        request: Request,
        sent: list[_Sent],
        document: str,
        variables: dict[str, Any],
    ) -> None:
        message = SubgraphRequest(document, variables, self.plan.operation, self.context)
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
        for item in sent:
            if request.kind == "root":
                self._merge_root(data, item)
            else:
                self._merge_entities(request, data, item)

    def _merge_root(self, data: dict[str, Any], item: _Sent) -> None:
        answer = renamed(data, item.call.renames)
        for value, _, writable in item.targets[0]:
            merge_into(value, answer, writable)

    def _merge_entities(self, request: Request, data: dict[str, Any], item: _Sent) -> None:
        entities = data.get(item.call.alias)
        if not isinstance(entities, list) or len(entities) != len(item.targets):
            # With another length there is no telling which entity is whose.
            self._invalid(request, item, "The subgraph did not answer for each entity.")
            return
        for entity, objects in zip(entities, item.targets, strict=True):
            if isinstance(entity, dict):
                answer = renamed(entity, item.call.renames)
                for value, _, writable in objects:
                    merge_into(value, answer, writable)
            elif entity is not None:
                single = _Sent(item.call, [objects])
                self._invalid(request, single, "The subgraph answered no object for an entity.")

    # -- errors

    def _invalid(self, request: Request, item: _Sent, message: str) -> None:
        self._fail(request, item, message, INVALID_ANSWER)

    def _fail(
        self, request: Request, item: _Sent, message: str, code: str, **extensions: Any
    ) -> None:
        for path in self._places(item):
            self._add(error(message, code, path, subgraph=request.graph, **extensions))

    def _report(self, request: Request, raw: Any, sent: list[_Sent], lost: bool) -> None:
        """An error of a subgraph at every place of the client's answer that it concerns."""
        path = raw.get("path") if isinstance(raw, Mapping) else None
        places = _client_paths(path, request, sent) if isinstance(path, list) and path else []
        if not places and lost:
            places = [place for item in sent for place in self._places(item)]
        mask = request.graph in self.engine.masked
        for place in places:
            self._add(from_subgraph(raw, request.graph, place, mask))
        if not places:
            self._add(from_subgraph(raw, request.graph, None, mask))

    def _places(self, item: _Sent) -> list[Path]:
        """Where the client misses what a call would have brought."""
        paths = [path_of(target[1]) for objects in item.targets for target in objects]
        if item.call.alias:
            return paths
        keys = [key for key in item.call.root_keys if key != "__typename"]
        return [[*path, key] for path in paths for key in keys]

    def _add(self, made: dict[str, Any]) -> None:
        if "path" in made:
            made["path"] = cut(made["path"], self.plan.shape())
        identity = (made["message"], made["extensions"]["code"], tuple(made.get("path", ())))
        if identity not in self._seen:
            self._seen.add(identity)
            self.errors.append(made)


def _client_paths(path: list[Any], request: Request, sent: list[_Sent]) -> list[Path]:
    if not all(isinstance(element, str | int) for element in path):
        return []
    if request.kind == "root":
        item = sent[0]
        rest = client_keys(path, item.call.renames)
        return [[*path_of(target[1]), *rest] for target in item.targets[0]]
    for item in sent:
        if path[0] == item.call.alias and len(path) > 1:
            position = path[1]
            if isinstance(position, int) and 0 <= position < len(item.targets):
                rest = client_keys(path[2:], item.call.renames)
                return [[*path_of(target[1]), *rest] for target in item.targets[position]]
    return []
