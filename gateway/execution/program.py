"""A plan made ready to run: what does not depend on a request is found once per plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gateway.execution.levels import Walk, compile_walks
from gateway.execution.merge import Writable
from gateway.execution.representations import Identify, compile_identify
from gateway.planning.plan import Call, Plan, PlanStep, Request, Shape
from gateway.planning.selection import Cast, ResponsePath

# As many as a request has documents.
_MAX_DOCUMENTS = 64


@dataclass(frozen=True, slots=True, eq=False)
class ReadyCall:
    """A call and its `paths`. `writable`: for each path what may be written to below its objects.

    `variable` is what its representations are sent as.
    """

    call: Call
    paths: tuple[ResponsePath, ...]
    writable: tuple[Writable, ...]
    identify: Identify | None
    variable: str


@dataclass(frozen=True, slots=True, eq=False)
class ReadyRequest:
    """A request, and its calls in the same order."""

    request: Request
    calls: tuple[ReadyCall, ...]
    _texts: dict[int, tuple[str, frozenset[str]]] = field(default_factory=dict, init=False)

    def text(self, active: int) -> tuple[str, frozenset[str]]:
        """The document with the calls whose bit is set, and the client's variables in it."""
        known = self._texts.get(active)
        if known is None:
            known = self.request.document(active), self.request.variables_of(active)
            if len(self._texts) < _MAX_DOCUMENTS:
                self._texts[active] = known
        return known


@dataclass(frozen=True, slots=True, eq=False)
class ReadyStep:
    """Requests; who follows whom; how many each waits for; and those that wait for none.

    `walks`: see execution.levels.
    """

    requests: tuple[ReadyRequest, ...]
    followers: tuple[tuple[int, ...], ...]
    waiting: tuple[int, ...]
    first: tuple[int, ...]
    walks: Mapping[ResponsePath, Walk]


@dataclass(frozen=True, eq=False)
class Program:
    """A plan and its steps, ready."""

    plan: Plan
    steps: tuple[ReadyStep, ...]

    @cached_property
    def shape(self) -> Shape:
        """The response keys that the client selected."""
        return self.plan.shape()


def compile_plan(plan: Plan) -> Program:
    return Program(plan, tuple(map(_step, plan.steps)))


def _step(step: PlanStep) -> ReadyStep:
    followers: list[list[int]] = [[] for _ in step.requests]
    for index, request in enumerate(step.requests):
        for before in request.after:
            followers[before].append(index)
    waiting = tuple(len(request.after) for request in step.requests)
    return ReadyStep(
        requests=tuple(_request(request, step.writable) for request in step.requests),
        followers=tuple(map(tuple, followers)),
        waiting=waiting,
        first=tuple(index for index, count in enumerate(waiting) if count == 0),
        walks=compile_walks(step.sole, _paths(step)),
    )


def _paths(step: PlanStep) -> list[ResponsePath]:
    return [path for request in step.requests for call in request.calls for path in call.paths]


def _request(request: Request, writable: Shape) -> ReadyRequest:
    paths = {index: call.paths for index, call in enumerate(request.calls)}
    for index, call in enumerate(request.calls):
        if call.leftovers_of is not None:
            paths[index] = paths[call.leftovers_of]  # whose objects they are
    return ReadyRequest(
        request,
        tuple(
            ReadyCall(
                call=call,
                paths=paths[index],
                writable=tuple(Writable.of(_below(writable, path)) for path in paths[index]),
                identify=compile_identify(call) if request.kind == "entity" else None,
                variable=request.representations_variable(call),
            )
            for index, call in enumerate(request.calls)
        ),
    )


def _below(writable: Shape, path: ResponsePath) -> Shape:
    for element in path:
        if not isinstance(element, Cast):
            writable = writable.get(element, {})
    return writable
