"""What of an operation its caller may not read: to refuse it as a whole, or to say where."""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from gateway.execution.collect import Collector, Composite, Sets, below
from gateway.execution.errors import error
from gateway.execution.representations import Object, path_of, positions_at
from gateway.planning.plan import Withheld
from gateway.planning.selection import Cast
from gateway.policy.authorization import UNAUTHORIZED, Denial


def denied_coordinates(
    schema: GraphQLSchema,
    collector: Collector,
    root: GraphQLObjectType,
    selection: SelectionSetNode,
    denial: Denial,
) -> list[str]:
    """Types and fields in order of discovery, of every object that the operation may return."""
    found: dict[str, None] = {}
    seen: set[tuple[str, tuple[int, ...]]] = set()
    stack: list[tuple[GraphQLObjectType, Sets]] = [(root, (selection,))]
    while stack:
        kind, sets = stack.pop()
        identity = (kind.name, tuple(map(id, sets)))
        if identity in seen:
            continue
        seen.add(identity)
        for nodes in collector.collect(kind, sets).values():
            name = nodes[0].name.value
            if denial.field(kind.name, name):
                found[f"{kind.name}.{name}"] = None
            elif nodes[0].selection_set is not None and name in kind.fields:
                for target in _objects(schema, kind, name):
                    if denial.object(target.name):
                        found[target.name] = None
                    else:
                        stack.append((target, below(nodes)))
    return list(found)


def withheld_errors(withheld: Iterable[Withheld], data: Object) -> Iterator[dict[str, Any]]:
    """One for each object that lacks a field, or has no type by which to tell whether it does."""
    untyped: set[tuple[str | int, ...]] = set()
    for each in withheld:
        for _, link in positions_at(data, each.path):
            message = f"Not authorized to read a key that {each.coordinate} needs."
            yield error(message, UNAUTHORIZED, [*path_of(link), each.key])
        for place in _untyped(each, data):
            if place not in untyped:
                untyped.add(place)
                message = "Not authorized to read a key that the type of this object needs."
                yield error(message, UNAUTHORIZED, list(place))


def _untyped(withheld: Withheld, data: Object) -> Iterator[tuple[str | int, ...]]:
    """Objects on the way to the field of which no fetch was allowed to find out the type."""
    for end, element in enumerate(withheld.path):
        if isinstance(element, Cast):
            for value, link in positions_at(data, withheld.path[:end]):
                if value.get("__typename") is None:
                    yield tuple(path_of(link))


def _objects(schema: GraphQLSchema, kind: Composite, name: str) -> Iterator[GraphQLObjectType]:
    returned = get_named_type(kind.fields[name].type)
    if isinstance(returned, GraphQLObjectType):
        yield returned
    elif is_abstract_type(returned):
        assert isinstance(returned, GraphQLInterfaceType | GraphQLUnionType)  # noqa: S101 narrows
        yield from schema.get_possible_types(returned)
