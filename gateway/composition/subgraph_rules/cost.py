"""Rules of `@listSize`."""

from collections.abc import Iterator

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.schema import Applied, OutputField
from gateway.composition.subgraph.model import Subgraph


def check_list_sizes(subgraph: Subgraph, report: Report) -> None:
    """The codes LIST_SIZE_*."""
    for found in subgraph.types.values():
        for field in found.fields.values():
            for applied in field.applied("listSize"):
                for code, message in _problems(subgraph, field, applied):
                    report.error(code, subgraph.name, f"{found.name}.{field.name}", message)


def _problems(
    subgraph: Subgraph, field: OutputField, applied: Applied
) -> Iterator[tuple[ErrorCode, str]]:
    size = applied.value("assumedSize")
    if isinstance(size, int) and size < 0:
        yield (
            ErrorCode.LIST_SIZE_INVALID_ASSUMED_SIZE,
            f"the assumedSize {size} of @listSize is negative: give 0 or more",
        )
    sized_fields = _names(applied, "sizedFields")
    if not sized_fields and not field.type.is_list:
        yield (
            ErrorCode.LIST_SIZE_APPLIED_TO_NON_LIST,
            f"{field.type} is no list: remove @listSize, or name sizedFields",
        )
    for name in _names(applied, "slicingArguments"):
        yield from _slicing_problems(field, name)
    for name in sized_fields:
        yield from _sized_problems(subgraph, field, name)


def _names(applied: Applied, argument: str) -> list[str]:
    """GraphQL lets a single value stand for a list of one."""
    value = applied.value(argument)
    return [value] if isinstance(value, str) else list(value or ())


def _slicing_problems(field: OutputField, name: str) -> Iterator[tuple[ErrorCode, str]]:
    argument = field.arguments.get(name)
    if argument is None:
        yield (
            ErrorCode.LIST_SIZE_INVALID_SLICING_ARGUMENT,
            f"the slicing argument {name} does not exist: add it, or correct @listSize",
        )
    elif argument.type.inner != "Int":
        yield (
            ErrorCode.LIST_SIZE_INVALID_SLICING_ARGUMENT,
            f"the slicing argument {name} is {argument.type}: it must be Int or Int!",
        )


def _sized_problems(
    subgraph: Subgraph, field: OutputField, name: str
) -> Iterator[tuple[ErrorCode, str]]:
    target = subgraph.types.get(field.type.named)
    sized = target.fields.get(name) if target else None
    if sized is None:
        yield (
            ErrorCode.LIST_SIZE_INVALID_SIZED_FIELD,
            f"the sized field {name} does not exist on {field.type.named}: correct @listSize",
        )
    elif not sized.type.is_list:
        yield (
            ErrorCode.LIST_SIZE_APPLIED_TO_NON_LIST,
            f"the sized field {name} is {sized.type}, which is no list: correct @listSize",
        )
