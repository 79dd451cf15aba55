"""From chosen paths to fetches: what each asks of its subgraph, and which fetches it waits for."""

from collections.abc import Iterable
from math import inf

from gateway.planning.budget import Budget
from gateway.planning.errors import PlanningFailed
from gateway.planning.fetch import Fetch, Gathered, Input, InputCast, InputField, Place, clash
from gateway.planning.fieldsets import FieldSet, SetField, SetFragment
from gateway.planning.graph import FieldEdge, Node
from gateway.planning.selection import Cast, InternalKeys, ResponsePath
from gateway.planning.solve import FIELD, HOP, Solved, applies


class FetchBuilder:
    """Builds the fetches of one step of an operation."""

    def __init__(self, solved: Solved, keys: InternalKeys, budget: Budget) -> None:
        self._solved = solved
        self.graph = solved.graph
        self._supergraph = solved.supergraph
        self.keys = keys
        self._budget = budget
        self.fetches: list[Fetch] = []
        self._roots: dict[tuple[Node, ResponsePath, Fetch | None], Fetch] = {}
        self._entities: dict[tuple[Node, ResponsePath, str | None], list[Fetch]] = {}

    # -- fetches

    def root(self, node: Node, path: ResponsePath = (), after: Fetch | None = None) -> Place:
        fetch = self._roots.get((node, path, after))
        if fetch is None:
            fetch = Fetch(node.graph, "root", node.type, path)
            if after is not None:
                fetch.deps.add(after)
            self._roots[node, path, after] = fetch
            self.fetches.append(fetch)
        return Place(fetch, fetch.selection, path)

    def _entity(
        self,
        target: Node,
        path: ResponsePath,
        representation_type: str | None,
        deps: frozenset[Fetch],
        keys: Gathered,
        inputs: Gathered | None = None,
    ) -> Fetch:
        """Joins a fetch of the same kind that already waits for enough, unless inputs clash."""
        wanted = inputs.items if inputs is not None else ()
        known = self._entities.setdefault((target, path, representation_type), [])
        for fetch in known:
            self._budget.spend()
            enough = deps == fetch.deps if inputs is not None else deps <= fetch.deps
            alike = bool(fetch.inputs) == bool(wanted)
            if alike and enough and not clash([*fetch.keys, *fetch.inputs], [*keys.items, *wanted]):
                fetch.need(keys.items, wanted)
                return fetch
        fetch = Fetch(target.graph, "entity", target.type, path, set(deps))
        fetch.representation_type = representation_type
        fetch.need(keys.items, wanted)
        known.append(fetch)
        self.fetches.append(fetch)
        return fetch

    def travel(self, place: Place, start: Node, target: Node) -> Place:
        """Over the cheapest entity hops from the node at a place to another node of the entity."""
        route: list[tuple[Node, Node, FieldSet]] = []
        node = target
        while node != start:
            hop = self._solved.reach[start][node]
            if hop.key is None:
                raise PlanningFailed(f"No key leads from {start.graph} to {target.graph}.")
            route.append((hop.previous, node, hop.key))
            node = hop.previous
        here = place
        for previous, node, key in reversed(route):
            keys = self._gather_key(place, start, here, previous, key)
            kind = self._representation_type(here, previous, node)
            deps = keys.deps | {here.fetch}
            fetch = self._entity(_base(node), here.path, kind, deps, keys)
            here = Place(fetch, fetch.selection, here.path)
        return here

    def _gather_key(
        self, origin: Place, start: Node, here: Place, node: Node, key: FieldSet
    ) -> Gathered:
        """A key is read where the walk stands, or where it started if that is cheaper."""
        if self._solved.cost(node, key) <= self._solved.cost(start, key):
            return self.gather(here, node, key)
        found = self.gather(origin, start, key)
        return Gathered(found.items, found.deps | {origin.fetch})

    def require(self, place: Place, start: Node, node: Node, inputs: FieldSet) -> Place:
        """An entity fetch that carries the inputs which a field at `node` requires.

        They are gathered before hopping to the node's subgraph where that is no dearer.
        """
        solved = self._solved
        direct = start != node and (solved.cost(start, inputs) <= solved.cost(node, inputs) + HOP)
        if direct:
            gathered = self.gather(place, start, inputs)
            hop = solved.reach[start][node]
            previous, key = hop.previous, hop.key
            here = self.travel(place, start, previous)
        else:
            here = self.travel(place, start, node)
            gathered = self.gather(here, node, inputs)
            previous, key = node, solved.cheapest_self_key(node)
        if key is None:
            raise PlanningFailed(f"{node.type} has no key by which {node.graph} resolves it.")
        keys = self._gather_key(place, start, here, previous, key)
        deps = gathered.deps | keys.deps | {here.fetch}
        kind = self._representation_type(here, previous, node)
        fetch = self._entity(_base(node), here.path, kind, deps, keys, gathered)
        return Place(fetch, fetch.selection, here.path)

    def _representation_type(self, place: Place, source: Node, target: Node) -> str | None:
        if self.graph.is_interface_object(target) or self.graph.is_interface_object(source):
            return target.type
        if self._supergraph.kind(source.type) != "object":
            place.selection.typename()
        return None

    # -- inputs

    def gather(self, place: Place, node: Node, wanted: FieldSet) -> Gathered:
        """Selects a field set for the object at a place, by the cheapest choices of the solver."""
        items: list[Input] = []
        deps: set[Fetch] = {place.fetch}
        for item in wanted.items:
            self._budget.spend()
            found = (
                self._gather_fragment(place, node, item)
                if isinstance(item, SetFragment)
                else self._gather_field(place, node, item)
            )
            items.extend(found.items)
            deps |= found.deps
        return Gathered(tuple(items), frozenset(deps))

    def _gather_fragment(self, place: Place, node: Node, item: SetFragment) -> Gathered:
        if applies(self.graph, node, item):
            return self.gather(place, node, item.sub)
        local = set(self._supergraph.possible(node.type))
        found = [
            self._gather_member(place, node, name, item.sub)
            for name in self._supergraph.possible(item.type)
            if name in local
        ]
        return _joined(found)

    def _gather_member(self, place: Place, node: Node, name: str, wanted: FieldSet) -> Gathered:
        best: tuple[float, Node, Node] | None = None
        for reached, hop in self._solved.reachable(node).items():
            member = self.graph.members.get(reached, {}).get(name)
            if member is not None:
                cost = hop.cost + self._solved.cost(member, wanted)
                if cost < (best[0] if best is not None else inf):
                    best = (cost, reached, member)
        if best is None:
            return Gathered((), frozenset())
        _, reached, member = best
        there = self.travel(place, node, reached)
        return self._gather_cast(there, member, wanted)

    def _gather_cast(self, place: Place, member: Node, wanted: FieldSet) -> Gathered:
        place.selection.typename()
        cast = place.selection.cast(member.type)
        inner = Place(place.fetch, cast, (*place.path, Cast(member.type)))
        found = self.gather(inner, member, wanted)
        return Gathered((InputCast(member.type, found.items),), found.deps | {place.fetch})

    def _gather_field(self, place: Place, node: Node, item: SetField) -> Gathered:
        best = self._cheapest_edge(node, item)
        if best is None:
            return self._gather_by_implementation(place, node, item)
        reached, edge = best
        if edge.requires is None:
            there = self.travel(place, node, reached)
        else:
            there = self.require(place, node, reached, edge.requires)
        key = self.keys.key(item.name, item.arguments)
        below = there.selection.add(key, item.name, item.arguments)
        deps = frozenset({there.fetch})
        if item.sub is None:
            return Gathered((InputField(item.name, key, ()),), deps)
        inner = Place(there.fetch, below, (*there.path, key))
        found = self.gather(inner, edge.target, item.sub)
        return Gathered((InputField(item.name, key, found.items),), deps | found.deps)

    def _cheapest_edge(self, node: Node, item: SetField) -> tuple[Node, FieldEdge] | None:
        solved = self._solved
        best: tuple[Node, FieldEdge] | None = None
        best_cost = inf
        for reached, hop in solved.reachable(node).items():
            for edge in self.graph.edges(reached, item.name):
                cost = hop.cost + FIELD
                if item.sub is not None:
                    cost += solved.cost(edge.target, item.sub)
                if edge.requires is not None:
                    here = solved.cost(reached, edge.requires)
                    cost += HOP + min(here, solved.cost(node, edge.requires))
                if cost < best_cost:
                    best, best_cost = (reached, edge), cost
        return best

    def _gather_by_implementation(self, place: Place, node: Node, item: SetField) -> Gathered:
        alone = self.graph.sets.intern((item,))
        for reached in self._solved.reachable(node):
            members = self.graph.members.get(reached)
            if members and all(
                self._solved.cost(member, alone) < inf for member in members.values()
            ):
                there = self.travel(place, node, reached)
                return _joined(
                    [self._gather_cast(there, member, alone) for member in members.values()]
                )
        raise PlanningFailed(f"The inputs of {node.type} cannot be gathered: {item.name}.")


def _base(node: Node) -> Node:
    return Node(node.type, node.graph)


def _joined(found: Iterable[Gathered]) -> Gathered:
    items: list[Input] = []
    deps: set[Fetch] = set()
    for gathered in found:
        items.extend(gathered.items)
        deps |= gathered.deps
    return Gathered(tuple(items), frozenset(deps))
