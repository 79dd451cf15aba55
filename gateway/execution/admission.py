"""From a request to the operation it asks for, with values for its variables; or a refusal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

from graphql import (
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
)

from gateway.execution.documents import OPERATION_RESOLUTION_FAILURE, Document, formatted
from gateway.execution.errors import error
from gateway.execution.messages import Refused
from gateway.policy.limits import LIMIT_EXCEEDED
from gateway.policy.requirements import NOTHING, Needs

BAD_USER_INPUT: Final = "BAD_USER_INPUT"
METHOD_NOT_ALLOWED: Final = "METHOD_NOT_ALLOWED"
_MAX_VARIABLE_ERRORS: Final = 50
# Of a document with many conditions only so many variants are worth planning ahead.
_MAX_VARIANTS: Final = 16
# The largest integer that every reader of JSON takes as it is (RFC 8259, section 6).
_LARGEST_TOLD: Final = 2**53 - 1

ParseScalar = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class PlanKey:
    """What the plan of an operation depends on.

    `failing`: the needs it touches that its caller does not fulfil; `labels`: the active ones.
    """

    query: str
    operation: str | None
    booleans: tuple[tuple[str, bool], ...]
    failing: Needs = NOTHING
    labels: frozenset[str] = frozenset()


def refuse_by(scalars: Mapping[str, ParseScalar], schema: GraphQLSchema) -> None:
    """Subgraphs get what the client sent; what is parsed here is only looked at."""
    for name, parse in scalars.items():
        kind = schema.type_map.get(name)
        if isinstance(kind, GraphQLScalarType):
            kind.coerce_input_value = parse


def operation_of(document: Document, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises Refused where there is none."""
    if document.errors:
        raise Refused(list(document.errors))
    operation = document.operation(name)
    if operation is None:
        if name is not None:
            message = f'Unknown operation named "{name}".'
        elif document.operations:
            message = "Must provide operation name if query contains multiple operations."
        else:
            message = "Must provide an operation."
        raise Refused([error(message, OPERATION_RESOLUTION_FAILURE)])
    return operation


def check_kind(
    operation: OperationDefinitionNode, allow_mutations: bool, subscribing: bool = False
) -> None:
    """Raises Refused."""
    kind = operation.operation
    if subscribing:
        if kind is not OperationType.SUBSCRIPTION:
            message = "Only subscriptions can be subscribed to."
            raise Refused([error(message, OPERATION_RESOLUTION_FAILURE)])
        return
    if kind is OperationType.MUTATION and not allow_mutations:
        message = "Mutations are not allowed with this HTTP method."
        raise Refused([error(message, METHOD_NOT_ALLOWED)])
    if kind is OperationType.SUBSCRIPTION:
        message = (
            "Subscriptions are not served as single responses: use a WebSocket, or accept "
            "text/event-stream or multipart/mixed."
        )
        raise Refused([error(message, OPERATION_RESOLUTION_FAILURE)])


def check_cost(cost: int, most: int | None) -> None:
    """Raises Refused."""
    if most is not None and cost > most:
        cost = min(cost, _LARGEST_TOLD)
        message = f"The operation's cost of {cost} exceeds the limit of {most}."
        raise Refused([error(message, LIMIT_EXCEEDED, limit="cost", cost=cost)])


def coerced_variables(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    raw: Mapping[str, Any],
    hide_suggestions: bool,
) -> Mapping[str, Any]:
    """Checked against the schema: raises Refused. What subgraphs get is what the client sent."""
    values = get_variable_values(
        schema,
        operation.variable_definitions or (),
        dict(raw),
        max_errors=_MAX_VARIABLE_ERRORS,
        hide_suggestions=hide_suggestions,
    )
    if isinstance(values, list):
        raise Refused([formatted(item, BAD_USER_INPUT) for item in values])
    return values.coerced


def condition_values(
    document: Document, coerced: Mapping[str, Any]
) -> tuple[tuple[str, bool], ...]:
    """The values of the variables that `@skip` and `@include` name."""
    return tuple(
        (name, bool(coerced[name]))
        for name in sorted(document.condition_variables)
        if name in coerced
    )


def every_condition_value(
    document: Document, operation: OperationDefinitionNode
) -> Iterator[tuple[tuple[str, bool], ...]]:
    """The combinations that requests may have, up to a bound."""
    declared = {item.variable.name.value for item in operation.variable_definitions or ()}
    names = sorted(document.condition_variables & declared)
    combinations = islice(product((False, True), repeat=len(names)), _MAX_VARIANTS)
    return (tuple(zip(names, values, strict=True)) for values in combinations)
