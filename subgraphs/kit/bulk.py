"""Bulk mutations: each row has its own outcome, and one bad row is never a defect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from subgraphs.kit.errors import UserError
from subgraphs.kit.types import camel, output, snake

T = TypeVar("T")


# Without slots: Python 3.11 cannot build Row[T](...) of a frozen dataclass that has them.
@dataclass(frozen=True, kw_only=True)
class Row(Generic[T]):
    """What became of the input's row number `row` (from 0): an entity, or errors."""

    row: int
    entity: T | None
    errors: Sequence[UserError] = ()


def result_type(mutation: str, entity: type[Any], module: str) -> type[Any]:
    """The GraphQL type of one row: `row`, the entity under its name, `errors`."""
    body: dict[str, Any] = {
        "__module__": module,
        "__annotations__": {
            "row": int,
            snake(entity.__name__): entity | None,
            "errors": list[UserError],
        },
    }
    return output(type(camel(f"_{mutation}_result"), (), body))
