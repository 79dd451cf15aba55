"""The schema model of composition: types, fields and applied directives.

One model serves a subgraph and the merged schema. It is mutable on purpose: the Federation 1
upgrade rewrites a subgraph in place, and merging fills the supergraph element by element.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from graphql import ConstValueNode, StringValueNode, print_ast, value_from_ast_untyped

from gateway.composition.type_ref import TypeRef
from gateway.spec.field_set import FieldSet, parse_field_set

ROOT_TYPES = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
ROOT_TYPE_NAMES = frozenset(ROOT_TYPES.values())
BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})


class Kind(StrEnum):
    """The kind of a type; the value is its keyword in SDL."""

    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"
    SCALAR = "scalar"

    @property
    def composite(self) -> bool:
        return self in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive on an element.

    `name` is the directive's canonical name (`key`, whatever the subgraph calls it) where
    `federation` is true, else the name in the schema. `on_extension`: it stands on an `extend`.
    """

    name: str
    arguments: Mapping[str, ConstValueNode] = field(default_factory=dict)
    federation: bool = True
    on_extension: bool = False

    def value(self, argument: str, default: Any = None) -> Any:
        """The argument as a plain Python value."""
        node = self.arguments.get(argument)
        return default if node is None else value_from_ast_untyped(node)

    @property
    def fields_text(self) -> str:
        """The `fields` argument as written; empty where it is no string (a rule reports that)."""
        node = self.arguments.get("fields")
        return node.value if isinstance(node, StringValueNode) else ""

    @property
    def field_set(self) -> FieldSet:
        """The parsed `fields` argument. Raises InvalidFieldSet."""
        return parse_field_set(self.fields_text)

    @property
    def resolvable(self) -> bool:
        """For `@key`: whether the subgraph resolves references by this key."""
        return self.value("resolvable", True) is not False

    def with_arguments(self, **arguments: ConstValueNode) -> "Applied":
        return replace(self, arguments={**self.arguments, **arguments})

    def print(self, name: str | None = None) -> str:
        """SDL of the application, under another name if given."""
        arguments = ", ".join(f"{k}: {print_value(v)}" for k, v in self.arguments.items())
        return f"@{name or self.name}" + (f"({arguments})" if arguments else "")


@dataclass(slots=True, kw_only=True)
class Element:
    """What every element of a schema has."""

    name: str
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)

    def applied(self, directive: str) -> list[Applied]:
        """The applications of a federation directive."""
        return [d for d in self.directives if d.federation and d.name == directive]

    def has(self, directive: str) -> bool:
        """Whether a federation directive is applied."""
        return any(d.federation and d.name == directive for d in self.directives)

    def drop(self, directive: str) -> None:
        """Removes the applications of a federation directive."""
        self.directives = [d for d in self.directives if not (d.federation and d.name == directive)]


@dataclass(slots=True, kw_only=True)
class InputValue(Element):
    """An argument, or a field of an input object."""

    type: TypeRef
    default: ConstValueNode | None = None

    @property
    def required(self) -> bool:
        return self.type.required and self.default is None


@dataclass(slots=True, kw_only=True)
class OutputField(Element):
    """A field of an object or interface type."""

    type: TypeRef
    arguments: dict[str, InputValue] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class EnumValue(Element):
    """A value of an enum."""


@dataclass(slots=True, kw_only=True)
class TypeDef(Element):
    """A type; of `fields`, `input_fields`, `values` and `members` its kind fills one.

    `defined`: a definition exists besides extensions. `was_extension`: the Federation 1 upgrade
    made a definition of it. `external_fields`: those that `@external` on the type marks.
    """

    kind: Kind
    fields: dict[str, OutputField] = field(default_factory=dict)
    input_fields: dict[str, InputValue] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    defined: bool = True
    was_extension: bool = False
    external_fields: set[str] = field(default_factory=set)

    @property
    def keys(self) -> list[Applied]:
        return self.applied("key")

    @property
    def is_extension(self) -> bool:
        return not self.defined or self.has("extends")

    def elements(self) -> Iterator[Element]:
        """The type and everything in it."""
        yield self
        for output_field in self.fields.values():
            yield output_field
            yield from output_field.arguments.values()
        yield from self.input_fields.values()
        yield from self.values.values()


def print_value(node: ConstValueNode) -> str:
    """A value in the compact style of supergraphs: `{a: 1}` without inner spaces."""
    text = print_ast(node)
    if "{" not in text:
        return text
    return _compact(node)


def _compact(node: Any) -> str:
    if node.kind in ("object_value", "const_object_value"):
        inner = ", ".join(f"{f.name.value}: {_compact(f.value)}" for f in node.fields)
        return f"{{{inner}}}"
    if node.kind in ("list_value", "const_list_value"):
        return f"[{', '.join(_compact(v) for v in node.values)}]"
    return print_ast(node)


def quoted(text: str) -> str:
    """A GraphQL string literal."""
    return print_ast(StringValueNode(value=text))
