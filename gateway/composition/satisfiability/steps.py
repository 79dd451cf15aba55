"""The steps of the walk: from a frontier through a field, and to the types behind it."""

from collections.abc import Iterable

from gateway.composition.satisfiability.graph import Graph
from gateway.composition.satisfiability.nodes import Node
from gateway.composition.satisfiability.reach import Reach
from gateway.composition.schema import Kind


def field_targets(
    graph: Graph, reach: Reach, closed: Iterable[Node], field_name: str
) -> tuple[bool, frozenset[Node]]:
    """Whether the field can be had, and the nodes that it may lead to (none for a leaf).

    What a field requires must be obtainable from its own subgraph's node, whatever was fetched
    before.
    """
    obtainable = False
    targets: set[Node] = set()
    for node in closed:
        edge = graph.edge(node, field_name)
        if edge is None or not reach.can_use(node, edge):
            continue
        obtainable = True
        if edge.target is not None:
            targets.add(edge.target)
    return obtainable, frozenset(targets)


def runtime_types(
    graph: Graph, reach: Reach, type_name: str, frontier: frozenset[Node]
) -> dict[str, frozenset[Node]]:
    """The object types that every node of the frontier may answer with, and their frontiers.

    Any of the nodes may be the one that is asked, so a type that only some know is not walked.
    For an interface object the types come from the nodes that it reaches.
    """
    per_node = [_runtime_types_of(graph, reach, node) for node in frontier]
    if not per_node:
        return {}
    common = set.intersection(*(set(types) for types in per_node))
    possible = graph.possible.get(type_name, [])
    return {
        name: frozenset(node for types in per_node for node in types[name])
        for name in possible
        if name in common
    }


def _runtime_types_of(graph: Graph, reach: Reach, node: Node) -> dict[str, set[Node]]:
    if graph.is_interface_object(node):
        types: dict[str, set[Node]] = {}
        for reached in reach.closure(node):
            for name, cast in graph.casts(reached).items():
                types.setdefault(name, {node}).add(cast)
        return types
    if graph.types[node.type].kind is Kind.OBJECT:
        return {node.type: {node}}
    return {name: {cast} for name, cast in graph.casts(node).items()}
