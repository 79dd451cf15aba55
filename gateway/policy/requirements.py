"""What `@authenticated`, `@requiresScopes` and `@policy` ask of whoever reads a type or field."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphql import (
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    value_from_ast_untyped,
)

from gateway.composition.merge.requirements import (
    REQUIREMENT_ARGUMENTS,
    Requirement,
    both,
    implies,
)
from gateway.spec.directives import AUTHORIZATION_DIRECTIVES
from gateway.spec.links import link_directive_name, parse_link

_SPECIFICATIONS = "https://specs.apollo.dev/"


class Need(NamedTuple):
    """One thing that a caller must fulfil: a directive, and its alternatives in `requirement`."""

    directive: str
    requirement: Requirement


Needs = frozenset[Need]
NOTHING: Needs = frozenset()


class Requirements:
    """The needs of a supergraph, completed so that object types are all that has to be asked.

    A field needs what it carries, what its object type carries and what the type it returns
    carries; an interface that is returned stands for all of its implementations. A requirement
    of an interface's field that is no more than those of its implementations together is left to
    them, each for its own objects; one that is more holds for every implementation.
    """

    def __init__(self, supergraph: DocumentNode) -> None:
        self._names = _directive_names(supergraph.definitions)
        self._own: dict[str, Needs] = {}
        self._own_fields: dict[str, dict[str, Needs]] = {}
        self._returns: dict[tuple[str, str], str] = {}
        self._possible: dict[str, list[str]] = {}
        self._interfaces: dict[str, tuple[str, ...]] = {}
        self._unions: set[str] = set()
        for definition in supergraph.definitions:
            if isinstance(definition, TypeDefinitionNode):
                self._read(definition)
        self._fields: dict[tuple[str, str], Needs] = {
            (owner, name): self._field(owner, name)
            for owner in self._interfaces
            for name in self._own_fields[owner]
        }
        self.protects = any(self._fields.values()) or any(self._own.values())

    def field(self, object_type: str, name: str) -> Needs:
        """What it takes to read a field of an object type."""
        return self._fields.get((object_type, name), NOTHING)

    def object(self, object_type: str) -> Needs:
        """What it takes to be given an object of this type, whatever field returns it."""
        return self._own.get(object_type, NOTHING)

    def possible(self, name: str) -> list[str]:
        """The object types of any composite type; itself for an object type."""
        return self._possible.get(name, [])

    def returned(self, type_name: str, field_name: str) -> str | None:
        """The name of the type that a field returns, lists and non-null taken off."""
        return self._returns.get((type_name, field_name))

    def members(self, type_name: str, field_name: str) -> list[str] | None:
        """The object types of the union that a field returns; None where it returns none."""
        returned = self._returns.get((type_name, field_name), "")
        return self._possible[returned] if returned in self._unions else None

    # -- reading

    def _read(self, node: DefinitionNode) -> None:
        if not isinstance(node, TypeDefinitionNode):
            return
        name = node.name.value
        self._own[name] = self._needs(node.directives)
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            fields = self._own_fields[name] = {}
            for item in node.fields or ():
                fields[item.name.value] = self._needs(item.directives)
                self._returns[name, item.name.value] = _named(item.type)
        if isinstance(node, ObjectTypeDefinitionNode):
            self._interfaces[name] = tuple(i.name.value for i in node.interfaces or ())
            for abstract in (name, *self._interfaces[name]):
                self._possible.setdefault(abstract, []).append(name)
        elif isinstance(node, UnionTypeDefinitionNode):
            self._unions.add(name)
            self._possible[name] = [member.name.value for member in node.types or ()]

    def _needs(self, directives: Iterable[DirectiveNode] | None) -> Needs:
        found: set[Need] = set()
        for applied in directives or ():
            directive = self._names.get(applied.name.value)
            if directive is not None:
                found.add(Need(directive, _requirement(directive, applied)))
        return frozenset(found)

    # -- completing

    def _field(self, owner: str, name: str) -> Needs:
        needs = self._own[owner] | self._own_fields[owner][name]
        for interface in self._interfaces[owner]:
            needs |= self._beyond_implementations(interface, name)
        return needs | self._returned_needs(self._returns[owner, name])

    def _returned_needs(self, name: str) -> Needs:
        if name in self._unions:
            return NOTHING  # a union carries no directives: see `members` and `object`
        return self._own.get(name, NOTHING).union(
            *(self._own[other] for other in self._possible.get(name, ()))
        )

    def _beyond_implementations(self, interface: str, name: str) -> Needs:
        declared = self._own_fields.get(interface, {}).get(name, NOTHING)
        if not declared:
            return NOTHING
        theirs: dict[str, list[Requirement]] = {}
        for other in self._possible[interface]:
            for need in self._own_fields[other].get(name, NOTHING):
                theirs.setdefault(need.directive, []).append(need.requirement)
        return frozenset(
            need
            for need in declared
            if need.directive not in theirs
            or not implies(both(theirs[need.directive]), need.requirement)
        )


def _requirement(directive: str, applied: DirectiveNode) -> Requirement:
    argument = REQUIREMENT_ARGUMENTS.get(directive)
    if argument is None:
        return (frozenset(),)
    for given in applied.arguments or ():
        if given.name.value == argument:
            value: Any = value_from_ast_untyped(given.value)
            groups = value if isinstance(value, list) else [value]
            return tuple(frozenset(g if isinstance(g, list) else [g]) for g in groups)
    return ()  # without the argument nobody fulfils it


def _directive_names(definitions: Iterable[DefinitionNode]) -> Mapping[str, str]:
    """What the directives are called here: a supergraph may link them under other names.

    A plain name that no link claims counts too: to overlook a requirement is worse than to make
    one up.
    """
    applied = [
        directive
        for definition in definitions
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode)
        for directive in definition.directives or ()
    ]
    link_name = link_directive_name(applied)
    links = [parse_link(d) for d in applied if d.name.value == link_name]
    names: dict[str, str] = {}
    for directive in AUTHORIZATION_DIRECTIVES:
        own = [x for x in links if x.url.identity == _SPECIFICATIONS + directive]
        if own:
            names.update({link.directive_name(directive): directive for link in own})
        elif not any(link.owns_directive(directive) for link in links):
            names[directive] = directive
    return names


def _named(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    name: str = node.name.value  # type: ignore[attr-defined]  # what is left is a NamedTypeNode
    return name
