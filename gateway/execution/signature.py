"""What the answers to a document depend on in a schema: whether a new one changes them."""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    visit,
)

from gateway.planning.model import Supergraph


def signature(supergraph: Supergraph, document: DocumentNode) -> frozenset[str]:
    """Equal ones: a valid document's answers have the same shape, types and values."""
    reader = _Reader(supergraph)
    visit(document, TypeInfoVisitor(reader.types, reader))
    return frozenset(reader.found)


class _Reader(Visitor):
    def __init__(self, supergraph: Supergraph) -> None:
        super().__init__()
        self._schema: GraphQLSchema = supergraph.schema
        self._hidden = supergraph.hidden_values
        self.types = TypeInfo(supergraph.schema)
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, item = self.types.get_parent_type(), self.types.get_field_def()
        if parent is None or item is None:
            return
        self.found.add(f"{parent.name}.{node.name.value}: {item.type}")
        self._describe(parent)
        self._describe(get_named_type(item.type))

    def enter_inline_fragment(self, _node: InlineFragmentNode, *_: Any) -> None:
        self._describe(self.types.get_type())

    enter_fragment_definition = enter_inline_fragment

    def _describe(self, kind: Any) -> None:
        if isinstance(kind, GraphQLEnumType):
            hidden = sorted(value for owner, value in self._hidden if owner == kind.name)
            self.found.add(f"{kind.name} = {sorted(kind.values)} without {hidden}")
        elif isinstance(kind, GraphQLNamedType) and is_abstract_type(kind):
            names = sorted(possible.name for possible in self._schema.get_possible_types(kind))
            self.found.add(f"{kind.name} = {names}")
