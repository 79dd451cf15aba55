"""An event as it lies in Kafka: with its place in the log, and with the one before it."""

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from events.stamped import NotAnEvent, Stamped, reasons

TYPE = "type"
"""The header with the event's type: whom it does not concern need not read the rest."""


@dataclass(frozen=True, slots=True)
class Record:
    """`before` is the position of the stream's event before this one, 0 where the log has none:
    who is not that far has lost something. `incarnation` is that of the log.
    """

    incarnation: str
    before: int
    stamped: Stamped


_ADAPTER = TypeAdapter(Record)


def encode(record: Record) -> bytes:
    """What `decode` reads back."""
    return _ADAPTER.dump_json(record)


def decode(value: bytes | None) -> Record:
    """Raises NotAnEvent: anybody may have written to the topic."""
    try:
        return _ADAPTER.validate_json(value or b"")
    except ValidationError as error:
        raise NotAnEvent(reasons(error)) from None
