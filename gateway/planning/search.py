"""For every leaf of an operation: the cheapest paths through the query graph that answer it."""

from collections.abc import Iterable, Sequence
from math import inf
from typing import TypeVar

from graphql import SelectionSetNode

from gateway.planning.budget import Budget
from gateway.planning.errors import PlanningFailed
from gateway.planning.graph import FieldEdge, Graph, Node
from gateway.planning.model import base_name
from gateway.planning.normalise import Entry, Normaliser
from gateway.planning.plan import Withheld
from gateway.planning.selection import Cast
from gateway.planning.solve import FIELD, HOP, Solved
from gateway.planning.steps import (
    Alternative,
    Candidate,
    CastStep,
    FieldStep,
    KeyStep,
    Path,
    ReenterStep,
    RequiresStep,
    RootStep,
    response_path,
)

# Paths of equal cost kept per node: with one, a cheaper choice for another leaf may be lost.
_TIES = 4
_INTROSPECTION = frozenset({"__schema", "__type"})
T = TypeVar("T")


class Search:
    """One search over one selection of root fields; `leaves` grows as it walks.

    `whole`: what could be had if no input were hidden, where some are; fields that only it has are
    `withheld`.
    """

    def __init__(
        self,
        solved: Solved,
        normaliser: Normaliser,
        budget: Budget,
        whole: Solved | None = None,
    ) -> None:
        self._solved = solved
        self._whole = whole
        self._graph: Graph = solved.graph
        self._supergraph = solved.supergraph
        self._normaliser = normaliser
        self._budget = budget
        self.leaves: list[list[Alternative]] = []
        self.withheld: dict[Withheld, None] = {}

    def roots(self, root: str, graphs: Iterable[str]) -> list[Candidate]:
        nodes = (Node(root, graph) for graph in graphs)
        return [Candidate(node, HOP, Path(RootStep(node), HOP, None)) for node in nodes]

    def entry(self, parent: str, entry: Entry, candidates: Sequence[Candidate]) -> None:
        """Raises PlanningFailed where no subgraph can answer."""
        _Level(self, parent, candidates, None).entry(entry)

    # -- one field

    def field(
        self,
        parent: str,
        entry: Entry,
        candidates: Sequence[Candidate],
        allowed: frozenset[str] | None,
    ) -> None:
        if entry.name in _INTROSPECTION:
            return
        found = self._follow(entry, candidates)
        if found:
            self._below(parent, entry, found)
        elif self._supergraph.kind(parent) == "interface":
            self._by_implementation(parent, entry, candidates, allowed)
        elif self._whole is not None and any(
            _answers(self._whole, candidate.node, entry.name) for candidate in candidates
        ):
            self._withhold(parent, entry, candidates)
        else:
            raise PlanningFailed(f"No subgraph answers {parent}.{entry.name} here.")

    def _withhold(self, parent: str, entry: Entry, candidates: Sequence[Candidate]) -> None:
        path = response_path(candidates[0].path)
        self.withheld[Withheld(path, entry.key, f"{parent}.{entry.name}")] = None

    def withhold_cast(self, name: str, entry: Entry, candidates: Sequence[Candidate]) -> bool:
        """Whether the candidates return objects of a type to which no key may lead."""
        whole = self._whole
        if whole is None or not any(
            name in whole.graph.members.get(reached, ())
            for candidate in candidates
            for reached in whole.reachable(candidate.node)
        ):
            return False
        path = (*response_path(candidates[0].path), Cast(name))
        self.withheld[Withheld(path, entry.key, f"{name}.{entry.name}")] = None
        return True

    def _follow(self, entry: Entry, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Each candidate, each node that it reaches, each edge of the field there."""
        found: list[tuple[Candidate, tuple[Candidate, Node, FieldEdge, float]]] = []
        for candidate in candidates:
            for reached, hop in self._solved.reachable(candidate.node).items():
                for edge in self._graph.edges(reached, entry.name):
                    self._budget.spend()
                    inputs = self._inputs_cost(candidate.node, reached, edge)
                    if inputs < inf:
                        cost = candidate.cost + hop.cost + FIELD + inputs
                        target = Candidate(edge.target, cost, candidate.path)
                        found.append((target, (candidate, reached, edge, inputs)))
        return [self._step(entry, target, *origin) for target, origin in _cheapest(found)]

    def _inputs_cost(self, start: Node, reached: Node, edge: FieldEdge) -> float:
        if edge.requires is None:
            return 0.0
        here = self._solved.cost(reached, edge.requires)
        return HOP + min(here, self._solved.cost(start, edge.requires))

    def _step(
        self,
        entry: Entry,
        target: Candidate,
        start: Candidate,
        reached: Node,
        edge: FieldEdge,
        inputs: float,
    ) -> Candidate:
        path = self._hop(start.node, reached, start.path)
        if edge.requires is not None:
            path = Path(RequiresStep(reached, edge.requires), inputs, path)
        step = FieldStep(
            entry.key,
            entry.name,
            entry.arguments,
            entry.variables,
            edge.target,
            self._is_abstract(reached, entry),
        )
        return Candidate(target.node, target.cost, Path(step, FIELD, path))

    def _is_abstract(self, node: Node, entry: Entry) -> bool:
        if not entry.below:
            return False
        declared = base_name(self._supergraph.types[node.type].fields[entry.name].type)
        return self._supergraph.kind(declared) in ("interface", "union")

    def _hop(self, start: Node, target: Node, path: Path) -> Path:
        """The path over the cheapest entity hops from one node to another."""
        hops: list[tuple[Node, Path]] = []
        node = target
        while node != start:
            hop = self._solved.reach[start][node]
            if hop.key is None:
                break
            step = KeyStep(node, hop.key)
            hops.append((node, Path(step, HOP + self._key_cost(hop.previous, step), None)))
            node = hop.previous
        for _, link in reversed(hops):
            path = Path(link.step, link.cost, path)
        return path

    def _key_cost(self, node: Node, step: KeyStep) -> float:
        cost = self._solved.cost(node, step.key)
        return cost if cost < inf else 0.0

    # -- below one field

    def _below(self, parent: str, entry: Entry, found: list[Candidate]) -> None:
        if not entry.below:
            cheapest = min(candidate.cost for candidate in found)
            self.leaves.append([Alternative(c.cost, c.path) for c in found if c.cost == cheapest])
            return
        declared = self._declared(parent, entry, found)
        before = len(self.leaves)
        if declared == self._supergraph.roots["query"]:
            found = self._reenter(declared, found)
        self.selections(declared, entry.below, found, self._common_members(declared, found))
        if len(self.leaves) == before:
            # Nothing below applies to any type, yet the object itself, or null, must be known.
            self.leaves.append([_placeholder(candidate) for candidate in found])

    def _declared(self, parent: str, entry: Entry, found: list[Candidate]) -> str:
        table = self._supergraph.types.get(parent)
        item = table.fields.get(entry.name) if table is not None else None
        return base_name(item.type) if item is not None else found[0].node.type

    def _common_members(self, declared: str, found: list[Candidate]) -> frozenset[str] | None:
        """Subgraphs may disagree on a union's members; mixing them would mix objects up."""
        if self._supergraph.kind(declared) != "union":
            return None
        if len({candidate.node.graph for candidate in found}) == 1:
            return None
        members = (self._supergraph.possible_in(c.node.type, c.node.graph) for c in found)
        return frozenset.intersection(*map(frozenset, members))

    def _reenter(self, root: str, found: list[Candidate]) -> list[Candidate]:
        known = {candidate.node.graph for candidate in found}
        cheapest = min(found, key=lambda candidate: candidate.cost)
        others = [
            Node(root, graph) for graph in self._supergraph.types[root].graphs if graph not in known
        ]
        return found + [
            Candidate(node, cheapest.cost + HOP, Path(ReenterStep(node), HOP, cheapest.path))
            for node in others
        ]

    def selections(
        self,
        parent: str,
        sets: Sequence[SelectionSetNode],
        candidates: Sequence[Candidate],
        allowed: frozenset[str] | None,
    ) -> None:
        level = _Level(self, parent, candidates, allowed)
        for entry in self._normaliser.collect(parent, sets):
            level.entry(entry)

    # -- abstract types

    def cast(self, candidates: Sequence[Candidate], name: str) -> list[Candidate]:
        found: list[tuple[Candidate, Candidate]] = []
        for candidate in candidates:
            if candidate.node.type == name:
                found.append((candidate, candidate))
                continue
            for reached, hop in self._solved.reachable(candidate.node).items():
                member = self._graph.members.get(reached, {}).get(name)
                if member is not None:
                    self._budget.spend()
                    path = self._hop(candidate.node, reached, candidate.path)
                    path = Path(CastStep(name, member), 0.0, path)
                    there = Candidate(member, candidate.cost + hop.cost, path)
                    found.append((there, there))
        return [target for target, _ in _cheapest(found)]

    def _by_implementation(
        self,
        parent: str,
        entry: Entry,
        candidates: Sequence[Candidate],
        allowed: frozenset[str] | None,
    ) -> None:
        # Each candidate must answer for all of its own runtime types by itself: the answers of
        # two subgraphs about different objects must not be mixed.
        whole = [c for c in candidates if self._answers_every_member(c.node, entry.name)]
        if not whole:
            raise PlanningFailed(
                f"No single subgraph answers {parent}.{entry.name} for every implementation."
            )
        level = _Level(self, parent, whole, allowed)
        if level.each(self._supergraph.possible(parent), entry):
            return
        if self._whole is None:
            raise PlanningFailed(f"No subgraph answers {parent}.{entry.name} here.")
        self._withhold(parent, entry, whole)

    def _answers_every_member(self, node: Node, name: str) -> bool:
        solved = self._whole or self._solved
        for reached in solved.reachable(node):
            members = solved.graph.members.get(reached)
            if members and all(
                any(solved.graph.edges(other, name) for other in solved.reachable(member))
                for member in members.values()
            ):
                return True
        return False


class _Level:
    """One selection set: the candidates for it, and their casts, which its entries share."""

    def __init__(
        self,
        search: Search,
        parent: str,
        candidates: Sequence[Candidate],
        allowed: frozenset[str] | None,
    ) -> None:
        self._search = search
        self._parent = parent
        self._candidates = candidates
        self._allowed = allowed
        self._casts: dict[str, list[Candidate]] = {}
        self._possible = frozenset(search._supergraph.possible(parent))

    def entry(self, entry: Entry) -> None:
        if entry.condition == self._parent:
            self._search.field(self._parent, entry, self._candidates, self._allowed)
        else:
            self.each(self._search._supergraph.possible(entry.condition), entry)

    def each(self, names: Iterable[str], entry: Entry) -> bool:
        """The entry for each object type by itself; one that no candidate returns is left out."""
        some = False
        for name in names:
            if name not in self._possible or (
                self._allowed is not None and name not in self._allowed
            ):
                continue
            candidates = self._cast(name)
            if candidates:
                self._search.field(name, entry, candidates, self._allowed)
                some = True
            elif self._search.withhold_cast(name, entry, self._candidates):
                some = True
        return some

    def _cast(self, name: str) -> Sequence[Candidate]:
        if name == self._parent:
            return self._candidates
        known = self._casts.get(name)
        if known is None:
            known = self._casts[name] = self._search.cast(self._candidates, name)
        return known


def _cheapest(found: Iterable[tuple[Candidate, T]]) -> list[tuple[Candidate, T]]:
    """The cheapest per node, with a few ties."""
    best: dict[Node, tuple[float, list[tuple[Candidate, T]]]] = {}
    for item in found:
        candidate = item[0]
        known = best.get(candidate.node)
        if known is None or candidate.cost < known[0]:
            best[candidate.node] = (candidate.cost, [item])
        elif candidate.cost == known[0] and len(known[1]) < _TIES:
            known[1].append(item)
    return [item for _, items in best.values() for item in items]


def _answers(solved: Solved, node: Node, name: str) -> bool:
    return any(solved.graph.edges(reached, name) for reached in solved.reachable(node))


def _placeholder(candidate: Candidate) -> Alternative:
    text = Node("String", candidate.node.graph)
    step = FieldStep("__typename", "__typename", "", frozenset(), text)
    return Alternative(candidate.cost + FIELD, Path(step, FIELD, candidate.path))
