"""The schema that clients see: the supergraph without joins and without inaccessible elements."""

from collections.abc import Iterable
from typing import Any, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
)

_MACHINERY = ("join__", "link__", "core__", "federation__", "requiresScopes__", "policy__")
_MACHINERY_DIRECTIVES = frozenset({"link", "core", "inaccessible", "tag"})
_SHOWN_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
_EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
N = TypeVar("N", bound=Node)


def api_schema(supergraph: DocumentNode) -> GraphQLSchema:
    """Built from the parsed supergraph, whose nodes are left as they are."""
    hidden = {
        definition.name.value
        for definition in supergraph.definitions
        if isinstance(definition, TypeDefinitionNode) and _inaccessible(definition)
    }
    cleaner = _Cleaner(hidden)
    definitions = tuple(
        cleaner.definition(definition)
        for definition in supergraph.definitions
        if _shown(definition, hidden)
    )
    return build_ast_schema(DocumentNode(definitions=definitions), assume_valid_sdl=True)


def _shown(definition: DefinitionNode, hidden: set[str]) -> bool:
    if isinstance(definition, DirectiveDefinitionNode):
        name = definition.name.value
        return (
            not name.startswith(_MACHINERY)
            and name not in _MACHINERY_DIRECTIVES
            and any(location.value in _EXECUTABLE for location in definition.locations)
        )
    if isinstance(definition, TypeDefinitionNode):
        name = definition.name.value
        return not name.startswith(_MACHINERY) and name not in hidden
    return isinstance(definition, SchemaDefinitionNode)


def _inaccessible(node: Any) -> bool:
    return any(directive.name.value == "inaccessible" for directive in node.directives or ())


def _named(node: TypeNode) -> str:
    inner: Any = node
    while not isinstance(inner, NamedTypeNode):
        inner = inner.type
    return inner.name.value


def _copy(node: N, **changes: Any) -> N:
    """AST nodes are frozen and shared with the supergraph document: change a copy."""
    values = {key: getattr(node, key) for key in node.keys}
    values.update(changes)
    return type(node)(**values)


class _Cleaner:
    def __init__(self, hidden: set[str]) -> None:
        self.hidden = hidden

    def definition(self, node: DefinitionNode) -> DefinitionNode:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return _copy(
                node,
                directives=self.directives(node),
                interfaces=tuple(
                    i for i in node.interfaces or () if i.name.value not in self.hidden
                ),
                fields=tuple(self.field(item) for item in self.visible(node.fields or ())),
            )
        if isinstance(node, UnionTypeDefinitionNode):
            members = tuple(t for t in node.types or () if t.name.value not in self.hidden)
            return _copy(node, directives=self.directives(node), types=members)
        if isinstance(node, EnumTypeDefinitionNode):
            values = tuple(
                _copy(value, directives=self.directives(value))
                for value in node.values or ()
                if not _inaccessible(value)
            )
            return _copy(node, directives=self.directives(node), values=values)
        if isinstance(node, InputObjectTypeDefinitionNode):
            inputs = tuple(self.input_value(item) for item in self.visible(node.fields or ()))
            return _copy(node, directives=self.directives(node), fields=inputs)
        if isinstance(node, DirectiveDefinitionNode):
            arguments = tuple(self.input_value(a) for a in self.visible(node.arguments or ()))
            return _copy(node, arguments=arguments)
        return _copy(node, directives=self.directives(node))

    def field(self, node: FieldDefinitionNode) -> FieldDefinitionNode:
        arguments = tuple(self.input_value(a) for a in self.visible(node.arguments or ()))
        return _copy(node, directives=self.directives(node), arguments=arguments)

    def input_value(self, node: InputValueDefinitionNode) -> InputValueDefinitionNode:
        return _copy(node, directives=self.directives(node))

    def visible(self, nodes: Iterable[N]) -> Iterable[N]:
        for node in nodes:
            named: Any = node
            if not _inaccessible(node) and _named(named.type) not in self.hidden:
                yield node

    def directives(self, node: Any) -> tuple[Any, ...]:
        return tuple(d for d in node.directives or () if d.name.value in _SHOWN_DIRECTIVES)
