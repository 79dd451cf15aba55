"""Nodes that alone can answer everything below them: a frontier that reaches one needs no walk."""

from collections.abc import Iterable

from gateway.composition.satisfiability.graph import Graph
from gateway.composition.satisfiability.nodes import Node
from gateway.composition.satisfiability.reach import Reach
from gateway.composition.satisfiability.steps import field_targets, runtime_types
from gateway.composition.schema import Kind

_Needs = list[frozenset[Node]]
"""For each field or type below a node the nodes of which one must be safe."""


def safe_nodes(graph: Graph, reach: Reach, start: Iterable[Node]) -> set[Node]:
    """The greatest set of safe nodes among those below `start`, in polynomial time.

    Interface objects are left to the walk, which knows when their types are unknown.
    """
    needs: dict[Node, _Needs | None] = {}
    pending = list(start)
    while pending:
        node = pending.pop()
        if node not in needs:
            needs[node] = _needs(graph, reach, node)
            for group in needs[node] or ():
                pending.extend(group)
    answerable = {node: groups for node, groups in needs.items() if groups is not None}
    safe = set(answerable)
    while True:
        unsafe = {
            node for node in safe if any(safe.isdisjoint(group) for group in answerable[node])
        }
        if not unsafe:
            return safe
        safe -= unsafe


def _needs(graph: Graph, reach: Reach, node: Node) -> _Needs | None:
    """None where something below the node cannot be answered from it."""
    if graph.is_interface_object(node):
        return None
    found = graph.types[node.type]
    if found.kind is not Kind.OBJECT:
        runtime = runtime_types(graph, reach, node.type, frozenset({node}))
        return [
            frontier
            for name, frontier in runtime.items()
            if not graph.types[name].has("inaccessible")
        ]
    needs: _Needs = []
    for field in found.fields.values():
        if field.has("inaccessible"):
            continue
        obtainable, targets = field_targets(graph, reach, reach.closure(node), field.name)
        if not obtainable:
            return None
        target = graph.types.get(field.type.named)
        if target and target.kind.composite and not target.has("inaccessible"):
            needs.append(targets)
    return needs
