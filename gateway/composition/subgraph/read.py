"""Builds the schema model of a subgraph from its syntax tree."""

from collections.abc import Iterable, Mapping, Sequence

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

from gateway.composition.schema import (
    Applied,
    EnumValue,
    InputValue,
    Kind,
    OutputField,
    TypeDef,
)
from gateway.composition.type_ref import type_ref

_TypeNode = TypeDefinitionNode | TypeExtensionNode
_FieldsNode = (
    ObjectTypeDefinitionNode
    | ObjectTypeExtensionNode
    | InterfaceTypeDefinitionNode
    | InterfaceTypeExtensionNode
)
_InputNode = InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode
_EnumNode = EnumTypeDefinitionNode | EnumTypeExtensionNode
_UnionNode = UnionTypeDefinitionNode | UnionTypeExtensionNode

_KINDS = {
    "object": Kind.OBJECT,
    "interface": Kind.INTERFACE,
    "union": Kind.UNION,
    "enum": Kind.ENUM,
    "input": Kind.INPUT,
    "scalar": Kind.SCALAR,
}


class SchemaReader:
    """`directive_names` maps names in the document to canonical names of federation."""

    def __init__(self, directive_names: Mapping[str, str]) -> None:
        self._directive_names = directive_names

    def types(self, document: DocumentNode) -> dict[str, TypeDef]:
        """All types of the document, each with its extensions."""
        types: dict[str, TypeDef] = {}
        for node in document.definitions:
            if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
                self._add(types, node)
        for found in types.values():
            if found.kind is Kind.OBJECT and found.has("external"):
                found.external_fields = set(found.fields)
        return types

    def directives(
        self, nodes: Sequence[ConstDirectiveNode] | None, on_extension: bool = False
    ) -> list[Applied]:
        """Applied directives under their canonical names."""
        return [
            Applied(
                name=self._directive_names.get(node.name.value, node.name.value),
                arguments={a.name.value: a.value for a in node.arguments or ()},
                federation=node.name.value in self._directive_names,
                on_extension=on_extension,
            )
            for node in nodes or ()
        ]

    def _add(self, types: dict[str, TypeDef], node: _TypeNode) -> None:
        name = node.name.value
        extension = isinstance(node, TypeExtensionNode)
        found = types.get(name)
        if found is None:
            kind = _KINDS[node.kind.split("_")[0]]
            found = types[name] = TypeDef(name=name, kind=kind, defined=False)
        found.defined = found.defined or not extension
        if isinstance(node, TypeDefinitionNode):
            found.description = found.description or _text(node.description)
        found.directives += self.directives(node.directives, extension)
        if isinstance(node, _FieldsNode):
            _extend(found.interfaces, (i.name.value for i in node.interfaces or ()))
            for field in node.fields or ():
                found.fields.setdefault(field.name.value, self._field(field, extension))
        elif isinstance(node, _InputNode):
            for value in node.fields or ():
                found.input_fields.setdefault(value.name.value, self._input(value, extension))
        elif isinstance(node, _EnumNode):
            for enum_value in node.values or ():
                found.values.setdefault(enum_value.name.value, self._value(enum_value, extension))
        elif isinstance(node, _UnionNode):
            _extend(found.members, (member.name.value for member in node.types or ()))

    def _field(self, node: FieldDefinitionNode, extension: bool) -> OutputField:
        return OutputField(
            name=node.name.value,
            description=_text(node.description),
            directives=self.directives(node.directives, extension),
            type=type_ref(node.type),
            arguments={a.name.value: self._input(a, extension) for a in node.arguments or ()},
        )

    def _input(self, node: InputValueDefinitionNode, extension: bool) -> InputValue:
        return InputValue(
            name=node.name.value,
            description=_text(node.description),
            directives=self.directives(node.directives, extension),
            type=type_ref(node.type),
            default=node.default_value,
        )

    def _value(self, node: EnumValueDefinitionNode, extension: bool) -> EnumValue:
        return EnumValue(
            name=node.name.value,
            description=_text(node.description),
            directives=self.directives(node.directives, extension),
        )


def read_input_value(node: InputValueDefinitionNode) -> InputValue:
    """An argument of a directive definition."""
    return InputValue(
        name=node.name.value,
        description=_text(node.description),
        type=type_ref(node.type),
        default=node.default_value,
    )


def _text(node: StringValueNode | None) -> str | None:
    return node.value if node else None


def _extend(names: list[str], more: Iterable[str]) -> None:
    for name in more:
        if name not in names:
            names.append(name)
