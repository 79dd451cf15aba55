"""The query graph of the merged schema: which subgraph resolves what, and where keys lead."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.satisfiability.nodes import EMPTY, Node, SelectionId, SelectionTable
from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.field_set import (
    FieldSelection,
    FieldSet,
    FragmentSelection,
    merge_field_sets,
)

_NOTHING: Mapping[str, Node] = {}


class Edge(NamedTuple):
    """A field resolved at a node: where it leads (None for a leaf) and what it requires.

    A field with requirements is asked for by an entity call to its own subgraph, once they were
    gathered: `keys` are those by which that is possible.
    """

    target: Node | None
    requires: SelectionId
    keys: tuple[SelectionId, ...]


class Graph:
    """Edges are worked out on demand, for one set of active override labels."""

    def __init__(self, supergraph: Supergraph, active_labels: frozenset[str]) -> None:
        self.supergraph = supergraph
        self.subgraphs = supergraph.subgraphs
        self.types = supergraph.types
        self.active_labels = active_labels
        self.selections = SelectionTable()
        self.possible = {t.name: self._possible_types(t) for t in self.types.values()}
        self.hosts: dict[str, list[int]] = {}
        self._local_possible: list[dict[str, list[str]]] = []
        self._keys: dict[str, dict[SelectionId, tuple[Node, ...]]] = {}
        self._edges: dict[tuple[Node, str], Edge | None] = {}
        self._casts: dict[Node, Mapping[str, Node]] = {}
        for index, subgraph in enumerate(self.subgraphs):
            self._add(index, subgraph)

    def _possible_types(self, found: TypeDef) -> list[str]:
        if found.kind is Kind.UNION:
            return found.members
        if found.kind is not Kind.INTERFACE:
            return []
        return [
            name
            for name in self.supergraph.implementations.get(found.name, ())
            if self.supergraph.kinds.get(name) is Kind.OBJECT
        ]

    def _add(self, index: int, subgraph: Subgraph) -> None:
        possible: dict[str, list[str]] = {}
        for found in subgraph.types.values():
            self.hosts.setdefault(found.name, []).append(index)
            if found.kind in (Kind.INTERFACE, Kind.UNION):
                possible[found.name] = []
            for key in found.keys:
                if key.resolvable:
                    selection = self.selections.intern(key.field_set)
                    targets = self._keys.setdefault(found.name, {})
                    node = Node(found.name, index)
                    targets[selection] = (*targets.get(selection, ()), node)
        for found in subgraph.types.values():
            if found.kind is Kind.UNION:
                possible[found.name] = found.members
            elif found.kind is Kind.OBJECT:
                for interface in found.interfaces:
                    possible.setdefault(interface, []).append(found.name)
        self._local_possible.append(possible)

    def is_composite(self, type_name: str) -> bool:
        found = self.types.get(type_name)
        return found is not None and found.kind.composite

    def is_interface_object(self, node: Node) -> bool:
        return node.type in self.subgraphs[node.graph].interface_objects

    def interfaces(self, type_name: str) -> list[str]:
        """The interfaces that a type implements in the supergraph."""
        found = self.types.get(type_name)
        return found.interfaces if found else []

    def local_possible_types(self, node: Node) -> list[str]:
        """The object types that the node's subgraph knows for the node's abstract type."""
        return self._local_possible[node.graph].get(node.type, [])

    def edge(self, node: Node, field_name: str) -> Edge | None:
        """The field as the node's subgraph resolves it; None if it does not."""
        key = (node, field_name)
        if key not in self._edges:
            self._edges[key] = self._make_edge(node, field_name)
        return self._edges[key]

    def _make_edge(self, node: Node, field_name: str) -> Edge | None:
        subgraph = self.subgraphs[node.graph]
        owner = subgraph.types.get(node.type)
        field = owner.fields.get(field_name) if owner else None
        if owner is None or field is None or field_name not in self.types[node.type].fields:
            return None
        provided = self._provided(node, field_name)
        if owner.kind is Kind.INTERFACE:
            # An interface answers for its implementations, so each of them must resolve it.
            if not provided and not all(
                self.resolves(subgraph, name, field_name)
                for name in self.local_possible_types(node)
            ):
                return None
        elif not self.resolves(subgraph, node.type, field_name) and not (
            provided and self._is_live(subgraph, node.type, field)
        ):
            return None
        view = provided[0].selections if provided else ()
        for applied in field.applied("provides"):
            view = merge_field_sets(view, applied.field_set)
        requires = next((d.field_set for d in field.applied("requires")), ())
        named = field.type.named
        target = (
            Node(named, node.graph, self.selections.intern(view))
            if self.is_composite(named)
            else None
        )
        keys = tuple(
            self.selections.intern(key.field_set)
            for key in (owner.keys if requires else ())
            if key.resolvable
        )
        return Edge(target, self.selections.intern(requires), keys)

    def _provided(self, node: Node, field_name: str) -> list[FieldSelection]:
        return [
            selection
            for selection in self.selections.field_set(node.view)
            if isinstance(selection, FieldSelection) and selection.name == field_name
        ]

    def resolves(self, subgraph: Subgraph, type_name: str, field_name: str) -> bool:
        """Whether a subgraph can be asked for a field of its own, once at the type."""
        if not subgraph.has_field(type_name, field_name):
            return False
        return not subgraph.is_external(type_name, field_name) and self._is_live(
            subgraph, type_name, subgraph.types[type_name].fields[field_name]
        )

    def _is_live(self, subgraph: Subgraph, type_name: str, field: OutputField) -> bool:
        """Whether this subgraph's copy of a field is in force under the active labels."""
        overrides = self.supergraph.overrides
        taken = overrides.get((type_name, field.name, subgraph.name))
        if taken and (taken.label is None or taken.label in self.active_labels):
            return False
        for applied in field.applied("override"):
            label = applied.value("label")
            source = applied.value("from")
            pending = label is not None and label not in self.active_labels
            if pending and (type_name, field.name, source) in overrides:
                return False
        return True

    def casts(self, node: Node) -> Mapping[str, Node]:
        """The concrete nodes of an abstract one; an interface object does not know them."""
        known = self._casts.get(node)
        if known is None:
            known = self._casts[node] = self._make_casts(node)
        return known

    def _make_casts(self, node: Node) -> Mapping[str, Node]:
        if self.is_interface_object(node):
            return _NOTHING
        view = self.selections.field_set(node.view)
        return {
            name: Node(name, node.graph, self.selections.intern(self._cast_view(node, view, name)))
            for name in self.local_possible_types(node)
        }

    def _cast_view(self, node: Node, view: FieldSet, type_name: str) -> FieldSet:
        cast: FieldSet = tuple(s for s in view if isinstance(s, FieldSelection))
        for selection in view:
            if not isinstance(selection, FragmentSelection):
                continue
            condition = Node(selection.type_condition, node.graph, EMPTY)
            if condition.type == type_name or type_name in self.local_possible_types(condition):
                cast = merge_field_sets(cast, selection.selections)
        return cast

    def jumps(self, type_name: str) -> Iterator[tuple[SelectionId, tuple[Node, ...]]]:
        """The entity calls possible from a type: a key, and the nodes that resolve it."""
        yield from self._keys.get(type_name, {}).items()
        for interface in self.interfaces(type_name):
            for selection, nodes in self._keys.get(interface, {}).items():
                stand_ins = tuple(node for node in nodes if self.is_interface_object(node))
                if stand_ins:
                    yield selection, stand_ins
