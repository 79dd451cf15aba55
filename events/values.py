"""What the values in events may be: text whose form both sides know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True, init=False)
class OneOf:
    """Text that is one of these names, as in `Annotated[str, OneOf("HIGH", "LOW")]`."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.literal_schema(list(self.names))


def _is_time(value: str) -> str:
    if datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("a time without its zone")
    return value


Time = Annotated[
    str, AfterValidator(_is_time), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""An RFC 3339 time."""

Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
"""An ISO 4217 code."""
