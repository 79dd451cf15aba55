"""What a supergraph says, without the order, the layout and the join version it is said in."""

from collections.abc import Iterator
from typing import Final

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)
from graphql.language import DirectiveNode

from gateway.spec.field_set import normalise_field_set, parse_field_set, print_field_set

Fact = tuple[str, ...]

_FIELD_SETS: Final = {"key", "requires", "provides"}
# Ours is the lowest version that serves; these are what later ones define and do not use.
_VERSIONED: Final = ("join__DirectiveArguments", "join__ContextArgument", "join__FieldValue")
_FIELDS = (
    ObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
)


def facts(supergraph_sdl: str) -> frozenset[Fact]:
    """Two supergraphs with the same facts mean the same to every gateway."""
    document = parse(supergraph_sdl, no_location=True)
    return frozenset(fact for node in document.definitions for fact in _of(node))


def _of(node: DefinitionNode) -> Iterator[Fact]:
    if isinstance(node, DirectiveDefinitionNode):
        if not node.name.value.startswith("join__"):
            yield ("directive", print_ast(node))
    elif isinstance(node, SchemaDefinitionNode):
        yield from _directives("schema", node.directives)
        for root in node.operation_types:
            yield ("root", root.operation.value, root.type.name.value)
    elif hasattr(node, "name") and node.name.value not in _VERSIONED:
        name = node.name.value
        yield (name, node.kind, _text(node))
        yield from _directives(name, getattr(node, "directives", None))
        yield from _members(name, node)


def _members(name: str, node: DefinitionNode) -> Iterator[Fact]:
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        yield from ((name, "implements", each.name.value) for each in node.interfaces or ())
    if isinstance(node, UnionTypeDefinitionNode):
        yield from ((name, "member", each.name.value) for each in node.types or ())
    if isinstance(node, EnumTypeDefinitionNode):
        for value in node.values or ():
            yield (f"{name}.{value.name.value}", _text(value))
            yield from _directives(f"{name}.{value.name.value}", value.directives)
    if isinstance(node, _FIELDS):
        for field in node.fields or ():
            yield from _field(f"{name}.{field.name.value}", field)


def _field(place: str, node: FieldDefinitionNode | InputValueDefinitionNode) -> Iterator[Fact]:
    default = node.default_value if isinstance(node, InputValueDefinitionNode) else None
    yield (place, print_ast(node.type), print_ast(default) if default else "", _text(node))
    yield from _directives(place, node.directives)
    if isinstance(node, FieldDefinitionNode):
        for argument in node.arguments or ():
            yield from _field(f"{place}({argument.name.value}:)", argument)


def _directives(
    place: str, applied: tuple[ConstDirectiveNode | DirectiveNode, ...] | None
) -> Iterator[Fact]:
    for directive in applied or ():
        arguments = []
        for argument in directive.arguments or ():
            value = argument.value
            text = print_ast(value)
            if argument.name.value in _FIELD_SETS and isinstance(value, StringValueNode):
                text = print_field_set(normalise_field_set(parse_field_set(value.value)))
            arguments.append(f"{argument.name.value}: {text}")
        if not any("specs.apollo.dev/join/" in argument for argument in arguments):
            yield (place, f"@{directive.name.value}", *sorted(arguments))


def _text(node: object) -> str:
    description = getattr(node, "description", None)
    return description.value if isinstance(description, StringValueNode) else ""
