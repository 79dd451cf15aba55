"""A loaded subgraph, and what its field sets say about its fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import DirectiveDefinitionNode

from gateway.composition.schema import Applied, Kind, TypeDef
from gateway.spec.links import Link, Version

FieldId = tuple[str, str]
"""Type name and field name."""


@dataclass(frozen=True, slots=True)
class FieldUsage:
    """Which fields are external, provided, used by a field set, or part of a key."""

    external: frozenset[FieldId] = frozenset()
    provided: frozenset[FieldId] = frozenset()
    used: frozenset[FieldId] = frozenset()
    keys: frozenset[FieldId] = frozenset()


@dataclass(slots=True, kw_only=True)
class Subgraph:
    """`graph`: its value of `join__Graph`; `directive_names`: names here to canonical ones."""

    name: str
    url: str
    graph: str
    version: Version
    links: tuple[Link, ...] = ()
    directive_names: Mapping[str, str] = field(default_factory=dict)
    directive_definitions: Mapping[str, DirectiveDefinitionNode] = field(default_factory=dict)
    schema_directives: list[Applied] = field(default_factory=list)
    schema_description: str | None = None
    types: dict[str, TypeDef] = field(default_factory=dict)
    interface_objects: frozenset[str] = frozenset()
    usage: FieldUsage = field(default_factory=FieldUsage)

    @property
    def federation_1(self) -> bool:
        return self.version[0] == 1

    def local_directive(self, canonical: str) -> str:
        """What this subgraph calls a directive of federation; without `@`."""
        names = (local for local, name in self.directive_names.items() if name == canonical)
        return next(names, canonical)

    def kind(self, type_name: str) -> Kind | None:
        """The kind of a type of this subgraph, None for built-in and unknown ones."""
        found = self.types.get(type_name)
        return found.kind if found else None

    def has_field(self, type_name: str, field_name: str) -> bool:
        found = self.types.get(type_name)
        return found is not None and field_name in found.fields

    def possible_types(self, type_name: str) -> list[str]:
        """The object types that a value of this type can have in this subgraph."""
        found = self.types.get(type_name)
        if found is None:
            return []
        if found.kind is Kind.OBJECT:
            return [type_name]
        if found.kind is Kind.UNION:
            return found.members
        return [
            t.name
            for t in self.types.values()
            if t.kind is Kind.OBJECT and type_name in t.interfaces
        ]

    def is_external(self, type_name: str, field_name: str) -> bool:
        return (type_name, field_name) in self.usage.external

    def never_resolves(self, type_name: str, field_name: str) -> bool:
        """External, and no `@provides` of this subgraph names the field."""
        field_id = (type_name, field_name)
        return field_id in self.usage.external and field_id not in self.usage.provided

    def is_shareable(self, type_name: str, field_name: str) -> bool:
        """Marked so, or shareable by nature: fields of keys, and external ones."""
        found = self.types[type_name]
        field_id = (type_name, field_name)
        return (
            found.has("shareable")
            or found.fields[field_name].has("shareable")
            or field_id in self.usage.keys
            or field_id in self.usage.external
        )

    def implements_interface_field(self, type_def: TypeDef, field_name: str) -> bool:
        """Whether an interface of the type declares the field here."""
        return any(self.has_field(interface, field_name) for interface in type_def.interfaces)
