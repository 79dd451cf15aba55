"""Plans operations of clients against one supergraph."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    print_ast,
)

from gateway.planning.budget import Budget
from gateway.planning.choose import choose
from gateway.planning.emit import Emitter
from gateway.planning.errors import PlanningFailed
from gateway.planning.fetches import FetchBuilder
from gateway.planning.graph import Graph
from gateway.planning.inputs import Coordinate, ProtectedInputs
from gateway.planning.model import Supergraph, base_name
from gateway.planning.normalise import Entry, Normaliser
from gateway.planning.optimise import absorb
from gateway.planning.plan import Operation, Plan, PlanStep, Shape, Withheld
from gateway.planning.search import Search
from gateway.planning.selection import InternalKeys
from gateway.planning.solve import Solved
from gateway.planning.steps import RootStep, Step
from gateway.planning.variables import response_keys
from gateway.planning.walk import build
from gateway.policy.authorization import Denial

_SolvedKey = tuple[frozenset[str], frozenset[Coordinate]]
_LOCAL_FIELDS = frozenset({"__schema", "__type", "__typename"})
_KINDS: Final[Mapping[OperationType, Operation]] = {
    OperationType.QUERY: "query",
    OperationType.MUTATION: "mutation",
    OperationType.SUBSCRIPTION: "subscription",
}

# Which labels are active, and which inputs hidden, differs from request to request: keep what was
# solved for these many.
_SOLVED_SETS: Final = 16


class Planner:
    """The supergraph solved once per set of active labels; `plan` works from several threads.

    Where a caller may not read a key, it is solved once more without that key.
    """

    def __init__(self, supergraph: Supergraph, by_wave: bool = True) -> None:
        """`by_wave`: see optimise.group."""
        self.supergraph = supergraph
        self._by_wave = by_wave
        self._solving = threading.Lock()
        self._solved: OrderedDict[_SolvedKey, Solved] = OrderedDict()
        self.inputs = ProtectedInputs(supergraph)
        self._solve(frozenset(), frozenset())

    def plan(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        booleans: Mapping[str, bool],
        seconds: float = 1.0,
        *,
        denial: Denial | None = None,
        labels: frozenset[str] = frozenset(),
    ) -> Plan:
        """The plan of a valid operation for these values of the variables in its conditions.

        Without what `denial` denies. `labels`: the active labels of overrides. Solving for labels
        that were not active before does not count against `seconds`. Raises PlanningFailed.
        """
        labels &= self.supergraph.labels
        hidden = self.inputs.hidden(denial)
        solved = self._solve(labels, hidden)
        whole = self._solve(labels, frozenset()) if hidden else None
        planning = _Planning(
            solved, whole, document, operation, booleans, Budget(seconds), self._by_wave, denial
        )
        return planning.plan()

    def _solve(self, labels: frozenset[str], hidden: frozenset[Coordinate]) -> Solved:
        key = labels, hidden
        with self._solving:
            found = self._solved.get(key)
            if found is None:
                found = self._solved[key] = Solved(Graph(self.supergraph, labels, hidden))
                if len(self._solved) > _SOLVED_SETS:
                    self._solved.popitem(last=False)
            self._solved.move_to_end(key)
            return found


class _Planning:
    def __init__(
        self,
        solved: Solved,
        whole: Solved | None,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        booleans: Mapping[str, bool],
        budget: Budget,
        by_wave: bool,
        denial: Denial | None,
    ) -> None:
        self._solved = solved
        self._whole = whole
        self._withheld: dict[Withheld, None] = {}
        self._supergraph = solved.supergraph
        self._operation = operation
        self._budget = budget
        self._normaliser = _normaliser(self._supergraph, document, booleans, budget, denial)
        self._shapes = lambda: _normaliser(
            self._supergraph, document, booleans, Budget(budget.seconds)
        )
        self._keys = InternalKeys(response_keys(document))
        self._emitter = Emitter(
            self._supergraph,
            self._keys,
            {
                definition.variable.name.value: _print_definition(definition)
                for definition in operation.variable_definitions or ()
            },
            by_wave,
        )

    def plan(self) -> Plan:
        kind = _KINDS[self._operation.operation]
        root = self._supergraph.roots[kind]
        entries = [
            entry
            for entry in self._normaliser.collect(root, [self._operation.selection_set])
            if entry.name not in _LOCAL_FIELDS
        ]
        graphs = self._supergraph.types[root].graphs
        if kind == "mutation":
            steps = self._serial(root, entries, graphs)
        elif kind == "subscription":
            steps = self._stream(root, entries, graphs)
        else:
            paths = self._chosen(root, entries, graphs)
            steps = [self._step(paths, "query")] if paths else []
        shape = _lazy_shape(self._supergraph, self._shapes, root, self._operation.selection_set)
        return Plan(kind, tuple(steps), shape, tuple(self._withheld))

    def _paths(
        self, root: str, entries: Sequence[Entry], graphs: Sequence[str]
    ) -> list[list[Step]]:
        return choose(self._search(root, entries, graphs).leaves, self._budget)

    def _chosen(
        self, root: str, entries: Sequence[Entry], graphs: Sequence[str]
    ) -> list[list[Step]]:
        """The paths of the plan, and not only of a trial."""
        search = self._search(root, entries, graphs)
        self._withheld.update(search.withheld)
        return choose(search.leaves, self._budget)

    def _search(self, root: str, entries: Sequence[Entry], graphs: Sequence[str]) -> Search:
        search = Search(self._solved, self._normaliser, self._budget, self._whole)
        candidates = search.roots(root, graphs)
        for entry in entries:
            search.entry(root, entry, candidates)
        return search

    def _step(self, paths: list[list[Step]], kind: Operation) -> PlanStep:
        builder = FetchBuilder(self._solved, self._keys, self._budget)
        fetches = absorb(build(builder, paths))
        self._budget.check()
        return self._emitter.step(fetches, kind)

    def _serial(self, root: str, entries: Sequence[Entry], graphs: Sequence[str]) -> list[PlanStep]:
        """One step per root field, in the client's order; neighbours of one subgraph share it.

        The subgraph runs the fields of one mutation in order, so sharing keeps the order.
        """
        runs: list[tuple[str, list[Entry]]] = []
        for entry in entries:
            graph = self._owner(root, entry, graphs)
            if runs and runs[-1][0] == graph:
                runs[-1][1].append(entry)
            else:
                runs.append((graph, [entry]))
        return [self._step(self._in_order(root, run, graph), "mutation") for graph, run in runs]

    def _stream(self, root: str, entries: Sequence[Entry], graphs: Sequence[str]) -> list[PlanStep]:
        """One subgraph gives the events. None where the caller may not read the field."""
        if len({entry.key for entry in entries}) > 1:
            raise PlanningFailed("A subscription selects exactly one field.")
        return [
            self._step(
                self._chosen(root, [entry], [self._owner(root, entry, graphs)]), "subscription"
            )
            for entry in entries[:1]
        ]

    def _in_order(self, root: str, entries: Sequence[Entry], graph: str) -> list[list[Step]]:
        """Field by field: the choice among leaves must not change the order of effects."""
        return [path for entry in entries for path in self._chosen(root, [entry], [graph])]

    def _owner(self, root: str, entry: Entry, graphs: Sequence[str]) -> str:
        paths = self._paths(root, [entry], graphs)
        first = {path[0].node.graph for path in paths if isinstance(path[0], RootStep)}
        if len(first) == 1:
            return first.pop()
        # Leaves that prefer different subgraphs would run it more than once.
        for graph in graphs:
            try:
                self._paths(root, [entry], [graph])
            except PlanningFailed:
                continue
            return graph
        raise PlanningFailed(f"No single subgraph answers {root}.{entry.name}.")


def _normaliser(
    supergraph: Supergraph,
    document: DocumentNode,
    booleans: Mapping[str, bool],
    budget: Budget,
    denial: Denial | None = None,
) -> Normaliser:
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return Normaliser(supergraph, fragments, booleans, budget, denial)


def _print_definition(definition: VariableDefinitionNode) -> str:
    """Without directives, which are the client's and the gateway's business."""
    default = definition.default_value
    text = f"${definition.variable.name.value}: {print_ast(definition.type)}"
    return text if default is None else f"{text} = {print_ast(default)}"


def _lazy_shape(
    supergraph: Supergraph,
    normaliser: Callable[[], Normaliser],
    root: str,
    selection: SelectionSetNode,
) -> Callable[[], Shape]:
    """Only answers with errors need the shape: it is made for the first of them."""
    made: list[Shape] = []

    def shape() -> Shape:
        if not made:
            made.append(_client_shape(supergraph, normaliser(), root, selection))
        return made[0]

    return shape


def _client_shape(
    supergraph: Supergraph, normaliser: Normaliser, root: str, selection: SelectionSetNode
) -> Shape:
    top: Shape = {}
    stack: list[tuple[str, Sequence[SelectionSetNode], Shape]] = [(root, [selection], top)]
    while stack:
        parent, sets, shape = stack.pop()
        for entry in normaliser.collect(parent, sets):
            below = shape.setdefault(entry.key, {})
            if entry.below:
                table = supergraph.types.get(entry.condition)
                item = table.fields.get(entry.name) if table is not None else None
                if item is not None:
                    stack.append((base_name(item.type), entry.below, below))
    return top
