"""A plan: the requests that answer one operation, and what each waits for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graphql import parse, print_ast

from gateway.planning.fetch import Input, InputField
from gateway.planning.selection import Cast, ResponsePath

# Which calls of a request have objects depends on data: keep its documents bounded.
_MAX_DOCUMENTS = 64

Shape = dict[str, "Shape"]
"""A tree of response keys."""


@dataclass(slots=True)
class Rename:
    """Under which key a field is kept that had to be asked for under another."""

    key: str
    below: "Renames" = field(default_factory=dict)


Renames = dict[str, Rename]
Operation = Literal["query", "mutation", "subscription"]


@dataclass(frozen=True, slots=True)
class Call:
    """One selection of a request: root fields, or `_entities` for the objects at `paths`.

    `alias` is the response key of `_entities`, empty for a root selection, which has `root_keys`
    instead. `condition` is the type that the selection is made on; `representation_type` is the
    `__typename` of every representation, or None where each object sends its own. `leftovers_of`:
    this call is for the objects only whose inputs that other call (by index) was missing.
    """

    alias: str
    paths: tuple[ResponsePath, ...]
    selection: str
    variables: frozenset[str]
    renames: Renames
    condition: str = ""
    representation_type: str | None = None
    keys: tuple[Input, ...] = ()
    inputs: tuple[Input, ...] = ()
    root_keys: tuple[str, ...] = ()
    leftovers_of: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What is sent to one subgraph at once. `after`: indices of earlier requests of its step."""

    graph: str
    kind: Literal["root", "entity"]
    operation: Operation
    calls: tuple[Call, ...]
    after: tuple[int, ...]
    variable_definitions: Mapping[str, str]
    _documents: dict[int, str] = field(default_factory=dict, init=False)

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(self.variable_definitions)

    def representations_variable(self, call: Call) -> str:
        name = "representations" if call.alias == "_entities" else f"{call.alias}representations"
        while name in self.variable_definitions:
            name += "_"
        return name

    def document(self, active: int) -> str:
        """The text with the calls whose bit is set: one without objects is left out.

        The same string object for the same calls.
        """
        known = self._documents.get(active)
        if known is None:
            known = self._print(active)
            if len(self._documents) < _MAX_DOCUMENTS:
                self._documents[active] = known
        return known

    @property
    def all_calls(self) -> int:
        """Every call that runs when nothing is missing."""
        return sum(1 << bit for bit, call in enumerate(self.calls) if call.leftovers_of is None)

    def _print(self, active: int) -> str:
        calls = [call for bit, call in enumerate(self.calls) if active >> bit & 1]
        used = frozenset[str]().union(*(call.variables for call in calls))
        definitions = [text for name, text in self.variable_definitions.items() if name in used]
        if self.kind == "root":
            head = f"({', '.join(definitions)})" if definitions else ""
            keyword = self.operation if head or self.operation != "query" else ""
            return f"{keyword}{head}{calls[0].selection}"
        names = {call.alias: self.representations_variable(call) for call in calls}
        definitions = [f"${name}: [_Any!]!" for name in names.values()] + definitions
        fields = " ".join(
            f"{'' if call.alias == '_entities' else f'{call.alias}: '}"
            f"_entities(representations: ${names[call.alias]}) "
            f"{{ ... on {call.condition} {call.selection} }}"
            for call in calls
        )
        return f"query({', '.join(definitions)}) {{ {fields} }}"

    def variables_of(self, active: int) -> frozenset[str]:
        calls = (call for bit, call in enumerate(self.calls) if active >> bit & 1)
        return frozenset[str]().union(*(call.variables for call in calls))


Sole = Mapping[tuple[str, ...], frozenset[str]]
"""Positions of which one fetch alone brings the objects, as it does all objects above them.

To each the keys that its objects come with, if those are all leaves; empty, if they are not.
"""


@dataclass(frozen=True, slots=True, eq=False)
class PlanStep:
    """Requests that run as soon as those before them allow.

    `writable`: see execution.merge. `sole`: see execution.levels.
    """

    requests: tuple[Request, ...]
    writable: Shape
    sole: Sole

    @property
    def waves(self) -> list[list[Request]]:
        """For display: requests by how many others they come after."""
        levels: list[int] = []
        waves: list[list[Request]] = []
        for request in self.requests:
            level = max((levels[index] + 1 for index in request.after), default=0)
            levels.append(level)
            while len(waves) <= level:
                waves.append([])
            waves[level].append(request)
        return waves


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that is not fetched, because no key leads there that its caller may read.

    It would stand under `key` of the objects at `path`.
    """

    path: ResponsePath
    key: str
    coordinate: str


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Steps run one after the other: one for a query, one or more for a mutation.

    A subscription has one step, too. Its only root request is the source of events; what comes
    after that request runs for each event.

    `shape` gives the response keys that the client selected, for cutting error paths.
    """

    operation: Operation
    steps: tuple[PlanStep, ...]
    shape: Callable[[], Shape]
    withheld: tuple[Withheld, ...] = ()

    @property
    def requests(self) -> Iterator[Request]:
        return (request for step in self.steps for request in step.requests)

    def describe(self) -> str:
        """The plan as indented text."""
        return "\n".join(_describe(self.to_json()["node"], 0)) if any(self.requests) else "Empty"

    def to_json(self) -> dict[str, Any]:
        """The plan in the shape that GraphQL tools know: a tree of typed nodes."""
        if self.operation == "subscription" and self.steps:
            return {"kind": "QueryPlan", "node": _subscription_node(self.steps[0])}
        nodes = [_combined("Sequence", _step_nodes(step)) for step in self.steps if step.requests]
        return {"kind": "QueryPlan", "node": _combined("Sequence", nodes) if nodes else None}


def _step_nodes(step: PlanStep) -> list[dict[str, Any]]:
    return [
        _combined("Parallel", [node for request in wave for node in _request_nodes(request)])
        for wave in step.waves
    ]


def _subscription_node(step: PlanStep) -> dict[str, Any]:
    (primary, *others), *rest = step.waves
    if others:
        raise ValueError("a subscription has one source of events")
    waves = [
        _combined("Parallel", [node for request in wave for node in _request_nodes(request)])
        for wave in rest
    ]
    node = {"kind": "Subscription", "primary": _request_nodes(primary)[0]}
    return {**node, "rest": _combined("Sequence", waves)} if waves else node


def _combined(kind: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return nodes[0] if len(nodes) == 1 else {"kind": kind, "nodes": nodes}


def _request_nodes(request: Request) -> list[dict[str, Any]]:
    fetch: dict[str, Any] = {
        "kind": "Fetch",
        "serviceName": request.graph,
        "operationKind": request.operation if request.kind == "root" else "query",
        "variableUsages": sorted(request.variables),
        "operation": request.document(request.all_calls),
    }
    if request.kind == "entity":
        fetch["requires"] = [_requires(call) for call in request.calls if call.leftovers_of is None]
    paths = list(dict.fromkeys(path for call in request.calls for path in call.paths))
    if paths == [()]:
        return [fetch]
    printed = [[_path_element(element) for element in path] for path in paths]
    if len(printed) == 1:
        return [{"kind": "Flatten", "path": printed[0], "node": fetch}]
    return [{"kind": "Flatten", "paths": printed, "node": fetch}]


def _path_element(element: str | Cast) -> str:
    return element if isinstance(element, str) else f"|[{element.type}]"


def _requires(call: Call) -> str:
    name = call.representation_type or call.condition
    return f"... on {name} {{ {' '.join(_print_input(i) for i in (*call.keys, *call.inputs))} }}"


def _print_input(item: Input) -> str:
    below = f" {{ {' '.join(map(_print_input, item.below))} }}" if item.below else ""
    if isinstance(item, InputField):
        return ("" if item.key == item.name else f"{item.name}: ") + item.key + below
    return f"... on {item.type}{below}"


def _describe(node: dict[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    kind = node["kind"]
    if kind == "Fetch":
        yield f"{indent}Fetch({node['serviceName']})"
        for line in node.get("requires", ()):
            yield f"{indent}  given {line}"
        for line in print_ast(parse(node["operation"])).splitlines():
            yield f"{indent}  {line}"
    elif kind == "Flatten":
        paths = node.get("paths") or [node["path"]]
        yield f"{indent}Flatten({', '.join('.'.join(path) for path in paths)})"
        yield from _describe(node["node"], depth + 1)
    elif kind == "Subscription":
        yield f"{indent}Subscription"
        yield from _describe(node["primary"], depth + 1)
        if "rest" in node:
            yield f"{indent}  for each event"
            yield from _describe(node["rest"], depth + 2)
    else:
        yield f"{indent}{kind}"
        for child in node["nodes"]:
            yield from _describe(child, depth + 1)
