"""What can be had from where, solved once per supergraph as an AND-OR problem.

A selection needs all of its fields; a field can come from any node that is reachable; reaching a
node needs a key, which is again a selection. All costs start at infinity and are relaxed until
they are stable, so cycles stay infinite by themselves and no search ever has to remember a path.
"""

from collections.abc import Iterable
from math import inf
from typing import NamedTuple

from gateway.planning.fieldsets import FieldSet, SetField, SetFragment, SetItem
from gateway.planning.graph import Graph, Node

HOP = 1000.0
FIELD = 1.0


class Hop(NamedTuple):
    """The cheapest way to a node: its cost, the node before it, and the key of the last hop."""

    cost: float
    previous: Node
    key: FieldSet | None


class Solved:
    """`reach[n]`: every node that entity hops lead to from n, itself included."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.supergraph = graph.supergraph
        nodes = list(dict.fromkeys([*graph.fields, *graph.keys]))
        self.reach: dict[Node, dict[Node, Hop]] = {n: {n: Hop(0.0, n, None)} for n in nodes}
        self._costs: dict[tuple[Node, FieldSet], float] = {}
        self._fresh = False
        self._register_requirements(nodes)
        changed = True
        while changed:
            changed = self._relax_reach() | self._relax_costs()

    def cost(self, node: Node, wanted: FieldSet) -> float:
        """What it costs to have the selection for an object found at this node."""
        return self._costs.get((node, wanted), inf)

    def reachable(self, node: Node) -> dict[Node, Hop]:
        return self.reach.get(node) or {node: Hop(0.0, node, None)}

    def cheapest_self_key(self, node: Node) -> FieldSet | None:
        keys = self.graph.self_keys(node)
        return min(keys, key=lambda key: self.cost(node, key), default=None)

    # -- relaxation

    def _goal(self, node: Node, wanted: FieldSet) -> float:
        known = self._costs.get((node, wanted))
        if known is None:
            self._fresh = True
            known = self._costs[node, wanted] = inf
        return known

    def _register_requirements(self, nodes: Iterable[Node]) -> None:
        """The searches ask whether a requirement can be met at any node of the field's type."""
        by_type: dict[str, list[Node]] = {}
        for node in nodes:
            by_type.setdefault(node.type, []).append(node)
        for node, edges in self.graph.fields.items():
            required = {e.requires for found in edges.values() for e in found if e.requires}
            if not required:
                continue
            names = dict.fromkeys([node.type, *self.supergraph.possible(node.type)])
            for other in (other for name in names for other in by_type.get(name, ())):
                for wanted in required:
                    self._goal(other, wanted)

    def _relax_reach(self) -> bool:
        changed = False
        for start, found in self.reach.items():
            for node, hop in list(found.items()):
                for target, key in self.graph.keys.get(node, ()):
                    if target == node:
                        continue
                    # The key may be read where the walk stands or where it started.
                    have = min(self._goal(node, key), self._goal(start, key))
                    cost = hop.cost + HOP + have
                    known = found.get(target)
                    if cost < inf and (known is None or cost < known.cost):
                        found[target] = Hop(cost, node, key)
                        changed = True
        return changed

    def _relax_costs(self) -> bool:
        changed, self._fresh = self._fresh, False
        for (node, wanted), known in list(self._costs.items()):
            cost = sum(self._item(node, item) for item in wanted.items)
            if cost < known:
                self._costs[node, wanted] = cost
                changed = True
        return changed or self._fresh

    def _item(self, node: Node, item: SetItem) -> float:
        if isinstance(item, SetFragment):
            return self._fragment(node, item)
        best = inf
        for reached, hop in self.reachable(node).items():
            for target, requires in self.graph.edges(reached, item.name):
                cost = hop.cost + FIELD + (self._goal(target, item.sub) if item.sub else 0.0)
                if requires is not None:
                    cost += HOP + min(self._goal(reached, requires), self._goal(node, requires))
                best = min(best, cost)
        if best == inf and self.supergraph.kind(node.type) == "interface":
            best = self._by_implementation(node, item)
        return best

    def _by_implementation(self, node: Node, item: SetField) -> float:
        alone = self.graph.sets.intern((item,))
        best = inf
        for reached, hop in self.reachable(node).items():
            members = self.graph.members.get(reached)
            if members:
                each = sum(self._goal(member, alone) for member in members.values())
                best = min(best, hop.cost + each)
        return best

    def _fragment(self, node: Node, item: SetFragment) -> float:
        if applies(self.graph, node, item):
            return self._goal(node, item.sub)
        names = self.supergraph.possible(item.type)
        best = inf
        for reached, hop in self.reachable(node).items():
            members = self.graph.members.get(reached, {})
            wanted = [members[name] for name in names if name in members]
            if wanted:
                each = sum(self._goal(member, item.sub) for member in wanted)
                best = min(best, hop.cost + each)
        if best == inf and not set(names) & set(self.supergraph.possible_in(node.type, node.graph)):
            return 0.0  # the fragment never applies
        return best


def applies(graph: Graph, node: Node, fragment: SetFragment) -> bool:
    """Whether a fragment holds for every object at a node, by its type alone."""
    if fragment.type == node.type:
        return True
    table = graph.supergraph.types[node.type]
    return table.kind == "object" and node.type in graph.supergraph.possible(fragment.type)
