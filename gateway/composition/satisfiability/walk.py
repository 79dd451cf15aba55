"""Walks all that clients may ask for, with the set of nodes that may be answering.

A frontier is that set: whichever of its nodes answers, everything below must be obtainable.
Smaller frontiers are harder, so they go first, and a frontier whose closure covers one that was
walked needs no walk. The question is universality of an automaton and may take exponential
time, hence the shortcut by safe nodes and the limit on states.
"""

from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import count

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.satisfiability.graph import Graph
from gateway.composition.satisfiability.nodes import Node
from gateway.composition.satisfiability.reach import Reach
from gateway.composition.satisfiability.safe_nodes import safe_nodes
from gateway.composition.satisfiability.steps import field_targets, runtime_types
from gateway.composition.satisfiability.witness import Step, Witness
from gateway.composition.schema import ROOT_TYPE_NAMES, Kind, OutputField, TypeDef
from gateway.spec.field_set import FieldSelection

STATE_LIMIT = 200_000
SAFE_NODES_AFTER = 2_000
"""States walked before the safe nodes are worked out, which most schemas never need."""

Frontier = frozenset[Node]


class Walk:
    """One walk, for one set of active override labels."""

    def __init__(
        self,
        graph: Graph,
        state_limit: int = STATE_LIMIT,
        safe_nodes_after: int = SAFE_NODES_AFTER,
    ) -> None:
        self._graph = graph
        self._reach = Reach(graph)
        self._report = graph.supergraph.report
        self._witness = Witness(graph)
        self._state_limit = state_limit
        self._safe_nodes_after = safe_nodes_after
        self._heap: list[tuple[int, int, str, Frontier, Step]] = []
        self._order = count()
        self._passed: dict[str, list[Frontier]] = {}
        self._reported: set[tuple[str, str]] = set()
        self._compared: set[tuple[str, Frontier]] = set()
        self._safe: set[Node] | None = None
        self.states = 0

    def run(self) -> None:
        for root in sorted(ROOT_TYPE_NAMES):
            hosts = self._graph.hosts.get(root)
            if hosts and root in self._graph.types:
                frontier = frozenset(Node(root, index) for index in hosts)
                self._push(root, frontier, Step(root.lower(), None))
        while self._heap:
            _, _, type_name, frontier, path = heappop(self._heap)
            found = self._graph.types[type_name]
            closed = frozenset(m for node in frontier for m in self._reach.closure(node))
            if found.has("inaccessible"):
                continue
            if self._is_covered(found, frontier, closed):
                self._compare_shared_fields(found, closed)
                continue
            if self.states >= self._state_limit:
                self._give_up()
                return
            self._visit(found, frontier, closed, path)

    def _push(self, type_name: str, frontier: Frontier, path: Step) -> None:
        heappush(self._heap, (len(frontier), next(self._order), type_name, frontier, path))

    def _is_covered(self, found: TypeDef, frontier: Frontier, closed: Frontier) -> bool:
        reached = closed if found.kind is Kind.OBJECT else frontier
        if any(passed <= reached for passed in self._passed.get(found.name, ())):
            return True
        return self._safe is not None and not self._safe.isdisjoint(closed)

    def _visit(self, found: TypeDef, frontier: Frontier, closed: Frontier, path: Step) -> None:
        self.states += 1
        if self.states == self._safe_nodes_after:
            pending = {node for entry in self._heap for node in entry[3]}
            self._safe = safe_nodes(self._graph, self._reach, pending | frontier)
        self._passed.setdefault(found.name, []).append(frontier)
        if found.kind is not Kind.OBJECT:
            self._visit_runtime_types(found, frontier, path)
            # Fields of an interface are those of its types, unless an interface object has them.
            if not any(self._graph.is_interface_object(node) for node in frontier):
                return
        for field in found.fields.values():
            if not field.has("inaccessible"):
                self._visit_field(found, field, frontier, closed, path)

    def _visit_runtime_types(self, found: TypeDef, frontier: Frontier, path: Step) -> None:
        graph = self._graph
        runtime = runtime_types(graph, self._reach, found.name, frontier)
        for name, narrowed in sorted(runtime.items()):
            self._push(name, narrowed, Step(f"... on {name}", path))
        if not frontier or not all(graph.is_interface_object(node) for node in frontier):
            return
        for name in graph.possible[found.name]:
            missing = name not in runtime and not graph.types[name].has("inaccessible")
            if missing and (name, "__typename") not in self._reported:
                self._reported.add((name, "__typename"))
                step = Step(f"... on {name}", path)
                self._witness.report_unknown_type(found, name, frontier, step)

    def _visit_field(
        self,
        owner: TypeDef,
        field: OutputField,
        frontier: Frontier,
        closed: Frontier,
        path: Step,
    ) -> None:
        obtainable, targets = field_targets(self._graph, self._reach, closed, field.name)
        if not obtainable:
            by_types = owner.kind is Kind.INTERFACE and self._by_casts(closed, field.name)
            if not by_types and (owner.name, field.name) not in self._reported:
                self._reported.add((owner.name, field.name))
                self._witness.report_field(owner, field, frontier, path)
            return
        named = field.type.named
        if self._graph.is_composite(named):
            self._compare_runtime_types(owner, field, targets)
            self._push(named, targets, Step(field, path))

    def _by_casts(self, closed: Iterable[Node], field_name: str) -> bool:
        """Whether the field can be had from every type that some reached node may answer with."""
        selection = self._graph.selections.intern((FieldSelection(field_name),))
        casts = (list(self._graph.casts(node).values()) for node in closed)
        return any(
            found and all(self._reach.can_obtain(cast, selection) for cast in found)
            for found in casts
        )

    def _compare_shared_fields(self, found: TypeDef, closed: Frontier) -> None:
        """A frontier that needs no walk may still hold subgraphs that answer with other types."""
        if found.kind is not Kind.OBJECT or (found.name, closed) in self._compared:
            return
        self._compared.add((found.name, closed))
        for field in found.fields.values():
            target = self._graph.types.get(field.type.named)
            if target is None or target.kind not in (Kind.INTERFACE, Kind.UNION):
                continue
            if not field.has("inaccessible"):
                _, targets = field_targets(self._graph, self._reach, closed, field.name)
                self._compare_runtime_types(found, field, targets)

    def _compare_runtime_types(self, owner: TypeDef, field: OutputField, targets: Frontier) -> None:
        """A shared field of abstract type must mean the same objects in every subgraph."""
        graph = self._graph
        if graph.types[field.type.named].kind is Kind.OBJECT:
            return
        types: dict[int, set[str]] = {}
        for node in targets:
            if not graph.is_interface_object(node):
                is_object = graph.types[node.type].kind is Kind.OBJECT
                possible = [node.type] if is_object else graph.local_possible_types(node)
                types.setdefault(node.graph, set()).update(possible)
        distinct = list(types.values())
        if len(distinct) < 2 or all(found == distinct[0] for found in distinct):
            return
        names = [graph.subgraphs[index].name for index in sorted(types)]
        told = ", ".join(
            f"{graph.subgraphs[index].name}: {' '.join(sorted(found)) or 'none'}"
            for index, found in sorted(types.items())
        )
        coordinate = f"{owner.name}.{field.name}"
        if set.intersection(*distinct):
            self._report.hint(
                HintCode.INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
                names,
                coordinate,
                f"its subgraphs may answer with different types ({told})",
            )
        else:
            self._report.error(
                ErrorCode.SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
                names,
                coordinate,
                f"it is shared, but its subgraphs have no type in common to answer with ({told}): "
                "give them one, or resolve the field in one subgraph",
            )

    def _give_up(self) -> None:
        self._report.error(
            ErrorCode.MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED,
            [subgraph.name for subgraph in self._graph.subgraphs],
            None,
            f"after {self._state_limit} states the satisfiability check gave up: give value "
            "types that many subgraphs share a @key, or fewer subgraphs",
        )
