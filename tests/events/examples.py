"""An example of every event of the catalog, made from what its fields say that they hold."""

from dataclasses import asdict, fields
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from events.catalog import AGENT_OF, aggregate_word
from events.envelope import Envelope
from events.event import Event, Part
from events.topics import partition_of
from events.values import Currency, OneOf, Time

PLAIN = {str: "some text", int: 7, bool: True}


def example(event: type[Event]) -> Event:
    return event(**_values(event))


def envelope_of(event: Event, **changes: Any) -> Envelope:
    """The event as it comes out of the log."""
    data = asdict(event)
    del data["aggregate_id"]
    values: dict[str, Any] = {
        "id": "evt_1",
        "agent": AGENT_OF[aggregate_word(event.type)],
        "type": event.type,
        "version": event.version,
        "subject": event.subject,
        "aggregate_id": event.aggregate_id,
        "partition": partition_of(event.aggregate_id),
        "sequence": 1,
        "occurred_at": datetime(2026, 11, 28, tzinfo=UTC),
        "actor": "usr_1",
        "on_behalf_of": None,
        "correlation_id": "req_1",
        "causation_id": None,
        "data": data,
    }
    return Envelope(**values | changes)


def _values(cls: type[Event] | type[Part]) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: _value(hints[field.name]) for field in fields(cls)}


def _value(kind: Any) -> Any:
    if kind == Time:
        return "2026-11-28T12:00:00Z"
    if kind == Currency:
        return "EUR"
    origin = get_origin(kind)
    if origin is Annotated:
        names = [each for each in get_args(kind) if isinstance(each, OneOf)]
        return names[0].names[-1]
    if origin is list:
        return [_value(get_args(kind)[0])]
    if origin is UnionType or NoneType in get_args(kind):
        return _value(next(each for each in get_args(kind) if each is not NoneType))
    if isinstance(kind, type) and issubclass(kind, Part):
        return kind(**_values(kind))
    return PLAIN[kind]
