"""What changes for clients, and among subgraphs, from one supergraph to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from graphql import (
    BreakingChange,
    DangerousChange,
    DocumentNode,
    EnumTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    find_schema_changes,
    parse,
    print_ast,
    specified_scalar_types,
    value_from_ast_untyped,
)

from gateway.composition.api_schema import api_schema
from gateway.spec.directives import AUTHORIZATION_DIRECTIVES

Severity = Literal["breaking", "dangerous", "safe"]
# Whether anything refers to a standard scalar is nobody's business.
_OF_STANDARD_SCALARS = {f"{name} was added." for name in specified_scalar_types} | {
    f"Standard scalar {name} was removed because it is not referenced anymore."
    for name in specified_scalar_types
}
SEVERITIES: tuple[Severity, ...] = ("breaking", "dangerous", "safe")


@dataclass(frozen=True, slots=True)
class Change:
    """`breaking`: operations that were valid may fail; `dangerous`: clients may meet the unknown.

    `code` names the kind of change, `message` is a sentence for people without its full stop.
    """

    severity: Severity
    code: str
    message: str


def diff(old_sdl: str, new_sdl: str) -> list[Change]:
    """From the worst to the harmless. Raises GraphQLError where a text is no supergraph."""
    old, new = (parse(sdl, no_location=True) for sdl in (old_sdl, new_sdl))
    changes = [*_client_changes(old, new), *_subgraph_changes(old, new), *_auth_changes(old, new)]
    return sorted(
        dict.fromkeys(changes),
        key=lambda change: (SEVERITIES.index(change.severity), change.code, change.message),
    )


def _client_changes(old: DocumentNode, new: DocumentNode) -> Iterator[Change]:
    """On the schemas that clients see: what is inaccessible may change at will."""
    for found in find_schema_changes(api_schema(old), api_schema(new)):
        if found.description in _OF_STANDARD_SCALARS:
            continue
        severity: Severity = "safe"
        if isinstance(found, BreakingChange):
            severity = "breaking"
        elif isinstance(found, DangerousChange):
            severity = "dangerous"
        yield Change(severity, found.type.name, found.description.rstrip("."))


# -- among subgraphs


def _subgraph_changes(old: DocumentNode, new: DocumentNode) -> Iterator[Change]:
    before, after = _graphs(old), _graphs(new)
    for name in sorted(set(before.values()) - set(after.values())):
        yield Change("safe", "SUBGRAPH_REMOVED", f"Subgraph {name} was removed")
    for name in sorted(set(after.values()) - set(before.values())):
        yield Change("safe", "SUBGRAPH_ADDED", f"Subgraph {name} was added")
    resolvers = _resolvers(old, before)
    for coordinate, graphs in _resolvers(new, after).items():
        known = resolvers.get(coordinate)
        if known and graphs and known != graphs:
            yield _moved(coordinate, known, graphs)


def _moved(coordinate: str, known: frozenset[str], graphs: frozenset[str]) -> Change:
    gone, come = (", ".join(sorted(names)) for names in (known - graphs, graphs - known))
    if gone and come:
        return Change("safe", "FIELD_MOVED", f"{coordinate} moved from {gone} to {come}")
    if come:
        return Change("safe", "RESOLVER_ADDED", f"{coordinate} is now resolved by {come} too")
    return Change("safe", "RESOLVER_REMOVED", f"{coordinate} is no longer resolved by {gone}")


def _graphs(document: DocumentNode) -> dict[str, str]:
    return {
        value.name.value: arguments["name"]
        for definition in document.definitions
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == "join__Graph"
        for value in definition.values or ()
        for arguments in _applied(value, "join__graph")
    }


def _resolvers(document: DocumentNode, graphs: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By coordinate, the subgraphs that resolve the field."""
    found: dict[str, frozenset[str]] = {}
    for definition in document.definitions:
        if not isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            continue
        declaring = [arguments["graph"] for arguments in _applied(definition, "join__type")]
        for field in definition.fields or ():
            joins = list(_applied(field, "join__field"))
            resolving = [
                join["graph"]
                for join in joins
                if "graph" in join and not join.get("external") and not join.get("usedOverridden")
            ]
            names = resolving if joins else declaring
            coordinate = f"{definition.name.value}.{field.name.value}"
            found[coordinate] = frozenset(graphs[name] for name in names)
    return found


def _applied(node: Any, name: str) -> Iterator[dict[str, Any]]:
    for directive in node.directives or ():
        if directive.name.value == name:
            yield {
                argument.name.value: value_from_ast_untyped(argument.value)
                for argument in directive.arguments or ()
            }


# -- who may read


def _auth_changes(old: DocumentNode, new: DocumentNode) -> Iterator[Change]:
    """Elements that existed before: those who could read them may find that they no longer can."""
    before, after = _protections(old), _protections(new)
    for coordinate, now in after.items():
        known = before.get(coordinate)
        if known is None or known == now:
            continue
        if now:
            yield Change(
                "dangerous", "AUTHORIZATION_CHANGED", f"{coordinate} now needs {' '.join(now)}"
            )
        else:
            yield Change(
                "safe",
                "AUTHORIZATION_REMOVED",
                f"{coordinate} no longer needs {' '.join(known)}",
            )


def _protections(document: DocumentNode) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for definition in document.definitions:
        if isinstance(definition, TypeDefinitionNode):
            name = definition.name.value
            found[name] = _protection(definition)
            for field in getattr(definition, "fields", None) or ():
                found[f"{name}.{field.name.value}"] = _protection(field)
    return found


def _protection(node: Any) -> tuple[str, ...]:
    return tuple(
        sorted(
            print_ast(directive)
            for directive in node.directives or ()
            if directive.name.value in AUTHORIZATION_DIRECTIVES
        )
    )
