"""What the supergraph says of each subgraph: where it is, and what identifies its entities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    FieldNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    parse,
)

# Of custom scalars two subgraphs may write one value in two ways.
_COMPARABLE: Final = {"ID", "String", "Int"}


@dataclass(slots=True)
class Described:
    """The subgraph's URL, empty where there is none, and by type the scalar fields of its keys."""

    url: str
    identities: dict[str, tuple[str, ...]] = field(default_factory=dict)


def describe(text: str) -> dict[str, Described]:
    """Each subgraph of a supergraph, by name. Raises GraphQLError where the text is no SDL."""
    definitions = parse(text, no_location=True).definitions
    by_graph: dict[str, Described] = {}
    by_name: dict[str, Described] = {}
    for definition in definitions:
        if isinstance(definition, EnumTypeDefinitionNode):
            for value in definition.values or ():
                for graph in _applied(value.directives, "join__graph"):
                    described = Described(graph.get("url", ""))
                    by_graph[value.name.value] = by_name[graph.get("name", "")] = described
    for definition in definitions:
        if isinstance(definition, ObjectTypeDefinitionNode):
            for join in _applied(definition.directives, "join__type"):
                known = by_graph.get(join.get("graph", ""))
                if known is not None and join.get("key") and join.get("resolvable") != "false":
                    _identify(definition, join, known)
    return by_name


def _identify(
    definition: ObjectTypeDefinitionNode, join: Mapping[str, str], subgraph: Described
) -> None:
    fields = {node.name.value: node for node in definition.fields or ()}
    name = definition.name.value
    found = [
        each
        for each in _plain(join["key"])
        if each in fields and _is_comparable(fields[each], join["graph"])
    ]
    known = subgraph.identities.get(name, ())
    subgraph.identities[name] = tuple(dict.fromkeys((*known, *found)))


def _plain(key: str) -> Iterator[str]:
    """The fields of a key that have nothing below them."""
    (operation,) = parse(f"{{ {key} }}", no_location=True).definitions
    if isinstance(operation, OperationDefinitionNode):
        for node in operation.selection_set.selections:
            if isinstance(node, FieldNode) and node.selection_set is None:
                yield node.name.value


def _is_comparable(node: FieldDefinitionNode, graph: str) -> bool:
    kind = node.type.type if isinstance(node.type, NonNullTypeNode) else node.type
    if not isinstance(kind, NamedTypeNode) or kind.name.value not in _COMPARABLE:
        return False
    joins = list(_applied(node.directives, "join__field"))
    # What is external there can be sent there, but perhaps not be asked for.
    return not any(join.get("graph") == graph and join.get("external") == "true" for join in joins)


def _applied(
    directives: tuple[ConstDirectiveNode, ...] | None, name: str
) -> Iterator[dict[str, str]]:
    """The arguments of each application, as text."""
    for directive in directives or ():
        if directive.name.value == name:
            yield {each.name.value: _text(each.value) for each in directive.arguments or ()}


def _text(value: Any) -> str:
    if isinstance(value, EnumValueNode):
        return value.value
    given = getattr(value, "value", "")
    return str(given).lower() if isinstance(given, bool) else str(given)
