"""Whether a subgraph document is valid GraphQL, with the definitions that federation implies."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    Undefined,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    Visitor,
    build_ast_schema,
    parse,
    print_ast,
    validate_schema,
    value_from_ast,
    visit,
)
from graphql.validation.validate import validate_sdl

from gateway.composition.subgraph.linking import Linking
from gateway.spec.directives import FEDERATION_DIRECTIVES, FEDERATION_SCALARS, DirectiveSpec

_DEFINITION_OF: dict[type[TypeExtensionNode], type[TypeDefinitionNode]] = {
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
}


def graphql_problems(document: DocumentNode, linking: Linking) -> list[str]:
    """What plain GraphQL finds wrong with the document; empty if nothing."""
    implied = parse("\n".join(_implied_definitions(document, linking)), no_location=True)
    complete = DocumentNode(definitions=(*_complete_definitions(document), *implied.definitions))
    found = validate_sdl(complete)
    if found:
        return [error.message for error in found]
    try:
        schema = build_ast_schema(complete, assume_valid_sdl=True)
    except (GraphQLError, TypeError) as error:
        return [str(error)]
    found = validate_schema(schema)
    messages = [error.message for error in found if not _is_normal_for_subgraphs(error.message)]
    return messages or _misfitting_values(complete, schema)


def _is_normal_for_subgraphs(message: str) -> bool:
    """A subgraph needs no query, and its query root may have no field of its own."""
    return message.startswith(
        ("Query root type must be provided", "Type Query must define one or more fields")
    )


def _complete_definitions(document: DocumentNode) -> Iterator[DefinitionNode]:
    """The document's definitions; extensions that extend nothing here become definitions."""
    defined = {n.name.value for n in document.definitions if isinstance(n, TypeDefinitionNode)}
    has_schema = any(
        isinstance(n, SchemaDefinitionNode) and n.operation_types for n in document.definitions
    )
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode) and not node.operation_types:
            continue
        if isinstance(node, SchemaExtensionNode) and not has_schema:
            if node.operation_types:
                has_schema = True
                yield SchemaDefinitionNode(
                    directives=node.directives, operation_types=node.operation_types
                )
            continue
        if isinstance(node, TypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            yield _as_definition(node)
        elif isinstance(node, DefinitionNode | SchemaExtensionNode):
            yield node


def _as_definition(extension: TypeExtensionNode) -> TypeDefinitionNode:
    values: dict[str, Any] = {
        key: getattr(extension, key) for key in extension.keys if key != "loc"
    }
    return _DEFINITION_OF[type(extension)](**values)


def _implied_definitions(document: DocumentNode, linking: Linking) -> Iterator[str]:
    directives = {
        n.name.value for n in document.definitions if isinstance(n, DirectiveDefinitionNode)
    }
    types = {
        n.name.value
        for n in document.definitions
        if isinstance(n, TypeDefinitionNode | TypeExtensionNode)
    }
    for local, canonical in linking.directive_names.items():
        if local not in directives:
            spec = _as_of_version(FEDERATION_DIRECTIVES[canonical], linking)
            yield spec.definition(local, linking.scalar_name)
    link = linking.link_name
    if link not in directives:
        yield (
            f"directive @{link}(url: String, as: String, for: {link}__Purpose, "
            f"import: [{link}__Import]) repeatable on SCHEMA"
        )
    scalars = [linking.scalar_name(scalar) for scalar in FEDERATION_SCALARS]
    for scalar in dict.fromkeys((*scalars, f"{link}__Import")):
        if scalar not in types:
            yield f"scalar {scalar}"
    if f"{link}__Purpose" not in types:
        yield f"enum {link}__Purpose {{ SECURITY EXECUTION }}"


def _as_of_version(spec: DirectiveSpec, linking: Linking) -> DirectiveSpec:
    """What older versions allowed less of, or more."""
    if spec.name == "override" and linking.version < (2, 7):
        return DirectiveSpec(spec.name, spec.since, spec.arguments[:1], spec.locations)
    if spec.name == "external" and linking.federation is None:
        locations = (*spec.locations, "INTERFACE")
        return DirectiveSpec(spec.name, spec.since, spec.arguments, locations)
    return spec


def _misfitting_values(document: DocumentNode, schema: GraphQLSchema) -> list[str]:
    """Literals that do not fit: the rules for SDL of graphql-core do not look at them."""
    visitor = _LiteralCheck(schema)
    visit(document, visitor)
    return visitor.found


class _LiteralCheck(Visitor):
    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.schema = schema
        self.found: list[str] = []

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        definition = self.schema.get_directive(node.name.value)
        for argument in node.arguments or () if definition else ():
            expected = definition.args.get(argument.name.value) if definition else None
            if expected is not None:
                self._check_argument(node, argument, expected.type)

    def _check_argument(
        self, node: DirectiveNode, argument: ArgumentNode, expected: GraphQLInputType
    ) -> None:
        if value_from_ast(argument.value, expected) is Undefined:
            self.found.append(
                f"invalid value {_shown(argument.value)} for "
                f"@{node.name.value}({argument.name.value}:) of type {expected}"
            )


def _shown(node: Node) -> str:
    return print_ast(node)
