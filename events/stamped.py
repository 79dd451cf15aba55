"""A stamped event: its place in the log, and its form as JSON for a broker and for the park."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from events.envelope import Envelope


class NotAnEvent(ValueError):
    """What was read is no stamped event; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """`position` is platform-wide, from 1 and without gaps."""

    position: int
    envelope: Envelope

    @property
    def key(self) -> str:
        """Events of one key take effect in order."""
        return self.envelope.aggregate_id


_ADAPTER = TypeAdapter(Stamped)


def to_json(stamped: Stamped) -> dict[str, Any]:
    """What `from_json` reads back."""
    found: dict[str, Any] = _ADAPTER.dump_python(stamped, mode="json")
    return found


def from_json(value: Mapping[str, Any]) -> Stamped:
    """Raises NotAnEvent."""
    try:
        return _ADAPTER.validate_python(value)
    except ValidationError as error:
        raise NotAnEvent(reasons(error)) from None


def reasons(error: ValidationError) -> str:
    """Each with the field's path, without what was found there: that may be personal."""
    return "; ".join(
        f"{'.'.join(str(step) for step in found['loc'])}: {found['msg']}"
        for found in error.errors(include_input=False, include_url=False)
    )
