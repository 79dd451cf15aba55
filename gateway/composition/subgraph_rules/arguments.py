"""Checks the arguments that a `@requires` gives to the fields it selects."""

from collections.abc import Iterator

from graphql import (
    EnumValueNode,
    FieldNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    parse,
    print_ast,
    specified_scalar_types,
    value_from_ast,
)

from gateway.composition.schema import Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.type_ref import TypeRef


def argument_problems(subgraph: Subgraph, field: OutputField, text: str) -> Iterator[str]:
    """What is wrong with `first: 5, after: "x"` as arguments of the field."""
    given = _parsed(text)
    for name, value in given.items():
        argument = field.arguments.get(name)
        if argument is None:
            yield f"it has no argument {name}: remove it"
        elif not _fits(subgraph, value, argument.type):
            yield f"the argument {name} is {argument.type} and cannot be {print_ast(value)}"
    for argument in field.arguments.values():
        if argument.required and argument.name not in given:
            yield f"give the argument {argument.name}, which is required"


def _parsed(text: str) -> dict[str, ValueNode]:
    if not text:
        return {}
    operation = parse(f"{{ field({text}) }}", no_location=True).definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        return {}
    return {
        argument.name.value: argument.value
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
    }


def _fits(subgraph: Subgraph, value: ValueNode, expected: TypeRef) -> bool:
    """Whether a literal can be given for a type of the subgraph; variables never can."""
    if isinstance(value, NullValueNode):
        return not expected.required
    if isinstance(expected.inner, TypeRef):
        items = value.values if isinstance(value, ListValueNode) else (value,)
        return all(_fits(subgraph, item, expected.inner) for item in items)
    scalar = specified_scalar_types.get(expected.inner)
    if scalar is not None:
        return value_from_ast(value, scalar) is not Undefined
    found = subgraph.types.get(expected.inner)
    if found is None:
        return False
    if found.kind is Kind.ENUM:
        return isinstance(value, EnumValueNode) and value.value in found.values
    if found.kind is Kind.INPUT:
        return isinstance(value, ObjectValueNode) and _fits_input(subgraph, value, found)
    return not isinstance(value, VariableNode)


def _fits_input(subgraph: Subgraph, value: ObjectValueNode, expected: TypeDef) -> bool:
    given = {field.name.value: field.value for field in value.fields}
    return all(
        name in expected.input_fields and _fits(subgraph, inner, expected.input_fields[name].type)
        for name, inner in given.items()
    ) and all(field.name in given for field in expected.input_fields.values() if field.required)
