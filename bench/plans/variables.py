"""Values for the variables that an operation requires: planning asks only that they are valid."""

from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_required_input_field,
    type_from_ast,
)

_SCALARS: Final = {"Int": 1, "Float": 1.0, "Boolean": True}


def required_values(schema: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, Any]:
    """By variable."""
    found = {}
    for definition in operation.variable_definitions or ():
        declared: Any = type_from_ast(schema, definition.type)
        if isinstance(declared, GraphQLNonNull) and definition.default_value is None:
            found[definition.variable.name.value] = _sample(declared)
    return found


def _sample(kind: GraphQLInputType) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _sample(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [_sample(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of:
            name, field = next(iter(kind.fields.items()))
            return {name: _sample(field.type)}
        required = {n: f for n, f in kind.fields.items() if is_required_input_field(f)}
        return {name: _sample(field.type) for name, field in required.items()}
    return _SCALARS.get(kind.name, "1")
