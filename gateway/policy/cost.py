"""What fields cost: the weights and list sizes that a supergraph declares, or those assumed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    value_from_ast_untyped,
)

from gateway.spec.links import link_directive_name, parse_link

_SPECIFICATION: Final = "https://specs.apollo.dev/cost"
# The arguments by which lists are cut where no @listSize says so (GraphQL Cursor Connections). Of
# these only what the client gives counts: a default is as often a bound as it is a length.
_SLICING: Final = ("first", "last")


@dataclass(frozen=True, slots=True)
class FieldCost:
    """One object, or one value, that the field returns costs `weight`; it returns `type`.

    `arguments`: what those with a weight cost where they are given. `slicing`: the arguments of
    which the largest says how long a list is, as paths; `sized`: the fields below whose lists
    those are, None for all of them, empty for the field itself. `assumed`: the size where no
    slicing argument is given. `defaults`: of arguments, the numbers that are to count.
    """

    weight: int
    type: str
    is_list: bool
    arguments: Mapping[str, int]
    slicing: tuple[tuple[str, ...], ...]
    sized: frozenset[str] | None
    assumed: int | None
    defaults: Mapping[str, int]


class Costs:
    """Reads `@cost` and `@listSize` of supergraph SDL.

    Without a weight an object costs 1 and a scalar or an enum nothing. Weights of input fields
    are not looked at.
    """

    def __init__(self, supergraph: DocumentNode) -> None:
        self._names = _names(supergraph.definitions)
        self._concrete: set[str] = set()
        self._weights: dict[str, int] = {}
        nodes: dict[tuple[str, str], FieldDefinitionNode] = {}
        for definition in supergraph.definitions:
            self._read(definition, nodes)
        self._fields = {place: self._field(node) for place, node in nodes.items()}

    def field(self, type_name: str, name: str) -> FieldCost | None:
        """None for `__typename` and introspection, which cost nothing."""
        return self._fields.get((type_name, name))

    def is_concrete(self, name: str) -> bool:
        """Whether objects are of this very type, and so of no other."""
        return name in self._concrete

    def _read(
        self, node: DefinitionNode, nodes: dict[tuple[str, str], FieldDefinitionNode]
    ) -> None:
        if isinstance(
            node,
            ObjectTypeDefinitionNode
            | InterfaceTypeDefinitionNode
            | UnionTypeDefinitionNode
            | ScalarTypeDefinitionNode
            | EnumTypeDefinitionNode,
        ):
            name = node.name.value
            composite = not isinstance(node, ScalarTypeDefinitionNode | EnumTypeDefinitionNode)
            if isinstance(node, ObjectTypeDefinitionNode):
                self._concrete.add(name)
            self._weights[name] = self._weight(node.directives, int(composite))
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in node.fields or ():
                nodes[node.name.value, field.name.value] = field

    def _field(self, node: FieldDefinitionNode) -> FieldCost:
        name, is_list = _named(node.type)
        size = self._arguments(node.directives, "listSize")
        given = node.arguments or ()
        slicing = tuple(tuple(path.split(".")) for path in _strings(size, "slicingArguments"))
        sized: frozenset[str] | None = frozenset(_strings(size, "sizedFields"))
        if size is None:
            slicing = tuple((x.name.value,) for x in given if _slices(x))
            sized = None if slicing and not is_list else frozenset()
        assumed = size.get("assumedSize") if size is not None else None
        return FieldCost(
            weight=self._weight(node.directives, self._weights.get(name, 0)),
            type=name,
            is_list=is_list,
            arguments={
                each.name.value: weight
                for each in given
                if (weight := self._weight(each.directives, 0))
            },
            slicing=slicing,
            sized=sized,
            assumed=assumed if isinstance(assumed, int) else None,
            defaults={
                each.name.value: value
                for each in given
                if size is not None
                and each.default_value is not None
                and isinstance(value := value_from_ast_untyped(each.default_value), int)
            },
        )

    def _weight(self, directives: Iterable[ConstDirectiveNode] | None, otherwise: int) -> int:
        found = self._arguments(directives, "cost")
        weight = found.get("weight") if found is not None else None
        try:
            return otherwise if weight is None else int(float(weight))
        except (TypeError, ValueError, OverflowError):
            return otherwise

    def _arguments(
        self, directives: Iterable[ConstDirectiveNode] | None, name: str
    ) -> dict[str, Any] | None:
        for applied in directives or ():
            if self._names.get(applied.name.value) == name:
                return {
                    each.name.value: value_from_ast_untyped(each.value)
                    for each in applied.arguments or ()
                }
        return None


def _slices(argument: InputValueDefinitionNode) -> bool:
    return argument.name.value in _SLICING and _named(argument.type) == ("Int", False)


def _strings(arguments: Mapping[str, Any] | None, name: str) -> list[str]:
    """GraphQL lets a single value stand for a list of one."""
    value = (arguments or {}).get(name) or []
    return [value] if isinstance(value, str) else list(value)


def _named(node: TypeNode) -> tuple[str, bool]:
    """The name of a type, and whether it is a list."""
    is_list = False
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        is_list |= isinstance(node, ListTypeNode)
        node = node.type
    return node.name.value, is_list  # type: ignore[attr-defined]  # what is left is a NamedTypeNode


def _names(definitions: Iterable[DefinitionNode]) -> Mapping[str, str]:
    """What the directives are called here: a supergraph may link them under other names."""
    applied = [
        directive
        for definition in definitions
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode)
        for directive in definition.directives or ()
    ]
    link_name = link_directive_name(applied)
    links = [parse_link(each) for each in applied if each.name.value == link_name]
    own = [link for link in links if link.url.identity == _SPECIFICATION]
    return {link.directive_name(name): name for link in own for name in ("cost", "listSize")}
