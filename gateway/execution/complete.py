"""What generated projections call where a value is not simply passed on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType, GraphQLError, GraphQLScalarType

from gateway.execution.errors import INVALID_ANSWER, Violation
from gateway.policy.authorization import UNAUTHORIZED

Position = tuple[Any, str | int] | None
"""A path as linked pairs: the position above, and a key or index."""
Completer = Callable[[Any, Position, list[Violation]], Any]


@dataclass(frozen=True, slots=True)
class AbstractType:
    """`fallback` answers for objects whose type no fetch had to ask for; unions have none.

    `hidden`: types of the supergraph that clients must not see.
    """

    name: str
    fallback: Completer | None
    hidden: frozenset[str]


def _violate(
    errors: list[Violation], message: str, position: Position, code: str = INVALID_ANSWER
) -> None:
    path: list[str | int] = []
    while position is not None:
        position, key = position
        path.append(key)
    path.reverse()
    errors.append(Violation(message, tuple(path), code))


def required(name: str, position: Position, errors: list[Violation]) -> None:
    _violate(errors, f"Cannot return null for the non-nullable field {name}.", position)


def wrong(expected: str, position: Position, errors: list[Violation]) -> None:
    _violate(errors, f"The subgraph did not answer {expected} here.", position)


def denied_field(coordinate: str, position: Position, errors: list[Violation]) -> None:
    _violate(errors, f"Not authorized to read {coordinate}.", position, UNAUTHORIZED)


def denied_object(position: Position, errors: list[Violation]) -> None:
    """Without its type, which is not the caller's to know."""
    _violate(errors, "Not authorized to read this object.", position, UNAUTHORIZED)


def leaf(value: Any, scalar: GraphQLScalarType, position: Position, errors: list[Violation]) -> Any:
    """A built-in scalar that did not arrive as its usual JSON type."""
    if value is None:
        return None
    try:
        return scalar.coerce_output_value(value)
    except (GraphQLError, TypeError, ValueError):
        return wrong(f"a value of type {scalar.name}", position, errors)


def enum(
    value: Any,
    enum_type: tuple[GraphQLEnumType, frozenset[str]],
    position: Position,
    errors: list[Violation],
) -> None:
    """Not a value that clients know: silently null if it is one of the hidden ones."""
    known, hidden = enum_type
    if value is None or (isinstance(value, str) and value in hidden):
        return
    wrong(f"a value of type {known.name}", position, errors)


def untyped(
    value: dict[str, Any], abstract: AbstractType, position: Position, errors: list[Violation]
) -> Any:
    """An object of an abstract type whose `__typename` is none of its visible object types."""
    name = value.get("__typename")
    if name is None or name == abstract.name:
        if abstract.fallback is not None:
            return abstract.fallback(value, position, errors)
    elif isinstance(name, str) and name in abstract.hidden:
        return None
    return wrong(f"an object of type {abstract.name}", position, errors)
