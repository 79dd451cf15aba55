"""Makes a valid request for any field of a schema: the least that its types ask for."""

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

SCALARS = {
    "ID": '"xxx_00000000000000000000000000"',
    "String": '"Some text"',
    "Int": "1",
    "Boolean": "true",
    "Decimal": '"1"',
    "CurrencyCode": '"EUR"',
    "Date": '"2026-01-01"',
    "DateTime": '"2026-01-01T00:00:00Z"',
}


def request(schema: GraphQLSchema, coordinate: str) -> str:
    """A document that selects one root field: `Query.order`, `Mutation.placeOrder`."""
    kind, name = coordinate.split(".")
    root = schema.type_map[kind]
    assert isinstance(root, GraphQLObjectType)
    field = root.fields[name]
    return f"{kind.lower()} {{ {call(name, field.args, field.type)} }}"


def call(name: str, arguments: dict[str, GraphQLArgument], returns: GraphQLOutputType) -> str:
    """The field with its required arguments, and a selection that shows what went wrong."""
    needed = [
        f"{argument}: {value(each.type)}"
        for argument, each in arguments.items()
        if is_required_argument(each)
    ]
    given = f"({', '.join(needed)})" if needed else ""
    return f"{name}{given} {selection(returns)}"


def selection(returns: GraphQLOutputType) -> str:
    named = get_named_type(returns)
    if isinstance(named, GraphQLObjectType) and "errors" in named.fields:
        return "{ errors { code } }"
    composite = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)
    return "{ __typename }" if isinstance(named, composite) else ""


def value(kind: GraphQLInputType) -> str:
    """A literal of this type, with the required fields of inputs only."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{value(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        needed = [
            f"{name}: {value(field.type)}"
            for name, field in kind.fields.items()
            if is_required_input_field(field)
        ]
        return f"{{{', '.join(needed)}}}"
    return SCALARS[kind.name]
