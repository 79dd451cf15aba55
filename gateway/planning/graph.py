"""The query graph: where each field of each type can be fetched, and how to get there."""

from dataclasses import dataclass
from typing import NamedTuple

from gateway.planning.fieldsets import FieldSet, FieldSets, SetField, SetItem
from gateway.planning.model import FieldTable, JoinField, Supergraph, TypeTable, base_name


class Node(NamedTuple):
    """A type as one subgraph declares it. `view` > 0: a copy with the fields of a `@provides`."""

    type: str
    graph: str
    view: int = 0


class FieldEdge(NamedTuple):
    """The subgraph resolves the field, given the fields that it requires."""

    target: Node
    requires: FieldSet | None


class KeyEdge(NamedTuple):
    """An entity can be asked of the target's subgraph by this key."""

    target: Node
    key: FieldSet


@dataclass(frozen=True, slots=True)
class _View:
    """A view whose fields are still to be filled in."""

    node: Node
    provided: FieldSet


class Graph:
    """Nodes and edges of one supergraph; written only while it is built.

    `labels`: the active ones, which decide between the two sides of a labelled override.
    `hidden`: types and fields that are not to be read, neither for clients nor as inputs.
    `fields`: by node and field name. `members`: the nodes of an abstract type's object types in
    the same subgraph. `keys`: the entity hops that start at a node; one to the same subgraph
    serves fields that need inputs from elsewhere.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        labels: frozenset[str] = frozenset(),
        hidden: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.supergraph = supergraph
        self._labels = labels
        self.sets = FieldSets()
        self.fields: dict[Node, dict[str, list[FieldEdge]]] = {}
        self.members: dict[Node, dict[str, Node]] = {}
        self.keys: dict[Node, list[KeyEdge]] = {}
        self._views: list[_View] = []
        self._view_count = 0
        for table in supergraph.types.values():
            for graph in table.graphs:
                self._add_node(table, graph)
        self._drop_unusable_interface_fields()
        for table in supergraph.types.values():
            self._add_keys(table)
        while self._views:
            self._fill(self._views.pop())
        # Last, so that nodes have the same views as without.
        for node, edges in self.fields.items():
            for type_name, name in hidden:
                if node.type == type_name:
                    edges.pop(name, None)

    def edges(self, node: Node, name: str) -> list[FieldEdge]:
        fields = self.fields.get(node)
        return fields.get(name, []) if fields is not None else []

    def self_keys(self, node: Node) -> list[FieldSet]:
        """The keys by which the node's own subgraph can be asked for its type."""
        base = Node(node.type, node.graph)
        return [edge.key for edge in self.keys.get(node, ()) if edge.target == base]

    def is_interface_object(self, node: Node) -> bool:
        return self.supergraph.is_interface_object(node.type, node.graph)

    def _add_node(self, table: TypeTable, graph: str) -> None:
        node = Node(table.name, graph)
        interface_object = self.is_interface_object(node)
        edges = self.fields.setdefault(node, {})
        if not interface_object:
            edges["__typename"] = [FieldEdge(Node("String", graph), None)]
        for item in table.fields.values():
            edge = self._edge(item, graph)
            if edge is not None:
                edges[item.name] = [edge]
        if table.kind != "object" and not interface_object:
            self.members[node] = {
                name: Node(name, graph) for name in self.supergraph.possible_in(table.name, graph)
            }

    def _edge(self, item: FieldTable, graph: str) -> FieldEdge | None:
        join = item.join(graph)
        if item.joins and (join is None or join.external or not self._resolves_by_label(join)):
            return None
        if any(other.override == graph and self._active(other) for other in item.joins):
            return None
        if join is None:
            return FieldEdge(Node(base_name(item.type), graph), None)
        target = Node(base_name(join.type or item.type), graph)
        if join.provides is not None:
            target = self._view(target, self.sets.parse(join.provides))
        requires = self.sets.parse(join.requires) if join.requires is not None else None
        return FieldEdge(target, requires)

    def _active(self, join: JoinField) -> bool:
        return join.override_label is None or join.override_label in self._labels

    def _resolves_by_label(self, join: JoinField) -> bool:
        """Of a labelled override one side resolves the field: the new one once it is active."""
        overrides = join.override is not None
        return join.override_label is None or overrides == self._active(join)

    def _drop_unusable_interface_fields(self) -> None:
        """Subgraphs resolve an interface's field through its implementations.

        One that is external, or needs inputs, in any of them answers nothing there.
        """
        for node, members in self.members.items():
            if self.supergraph.kind(node.type) != "interface":
                continue
            edges = self.fields[node]
            for name in [name for name in edges if name != "__typename"]:
                if not all(self._resolves(member, name) for member in members.values()):
                    del edges[name]

    def _resolves(self, node: Node, name: str) -> bool:
        return any(edge.requires is None for edge in self.edges(node, name))

    def _add_keys(self, table: TypeTable) -> None:
        for join in table.joins:
            if join.key is None or not join.resolvable:
                continue
            edge = KeyEdge(Node(table.name, join.graph), self.sets.parse(join.key))
            for graph in table.graphs:
                self.keys.setdefault(Node(table.name, graph), []).append(edge)
            if join.is_interface_object:
                for name in self.supergraph.possible(table.name):
                    for graph in self.supergraph.types[name].graphs:
                        if graph != join.graph:
                            self.keys.setdefault(Node(name, graph), []).append(edge)

    # -- @provides

    def _view(self, base: Node, provided: FieldSet) -> Node:
        self._view_count += 1
        node = Node(base.type, base.graph, self._view_count)
        self._views.append(_View(node, provided))
        return node

    def _fill(self, view: _View) -> None:
        node, base = view.node, Node(view.node.type, view.node.graph)
        edges = self.fields[node] = {
            name: list(edges) for name, edges in self.fields.get(base, {}).items()
        }
        self.keys[node] = self.keys.get(base, [])
        items = self._applicable(view.provided.items, node.type, node.graph)
        for item in items:
            if isinstance(item, SetField) and item.name != "__typename":
                edges[item.name] = [FieldEdge(self._provided_target(node, item), None)]
        if base in self.members:
            self.members[node] = {
                name: self._provided_member(member, view.provided.items)
                for name, member in self.members[base].items()
            }

    def _provided_target(self, node: Node, item: SetField) -> Node:
        local = self.supergraph.local_type(node.type, item.name, node.graph)
        target = Node(base_name(local), node.graph)
        return target if item.sub is None else self._view(target, item.sub)

    def _provided_member(self, member: Node, items: tuple[SetItem, ...]) -> Node:
        """What is provided on an abstract type, or on one of its members, holds for the member."""
        provided = self._applicable(items, member.type, member.graph)
        return self._view(member, self.sets.intern(provided)) if provided else member

    def _applicable(self, items: tuple[SetItem, ...], name: str, graph: str) -> tuple[SetItem, ...]:
        """The items that hold for every object of a type: fragments on it are dissolved."""
        found: list[SetItem] = []
        possible = set(self.supergraph.possible_in(name, graph))
        for item in items:
            if isinstance(item, SetField):
                found.append(item)
            elif possible and possible <= set(self.supergraph.possible_in(item.type, graph)):
                found.extend(self._applicable(item.sub.items, name, graph))
        return tuple(found)
