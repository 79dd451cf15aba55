"""From what a bus or a table holds to the typed event: strict, so that nothing is misread."""

import json
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from events.catalog import EVENTS
from events.envelope import Envelope
from events.event import Event


class MalformedEvent(ValueError):
    """What was read is no event of the catalog; the message is the reason."""


_ADAPTERS: dict[str, TypeAdapter[Event]] = {}


def adapter(event: type[Event]) -> TypeAdapter[Event]:
    """What reads the event from JSON and describes it as JSON Schema."""
    found = _ADAPTERS.get(event.type)
    if found is None:
        found = _ADAPTERS[event.type] = TypeAdapter(event)
    return found


def decode(envelope: Envelope) -> Event:
    """The event that the envelope holds, in today's version.

    Raises MalformedEvent for an unknown type, a version from the future or one that nothing
    upgrades, and for a missing, unknown or wrongly typed field.
    """
    event = EVENTS.get(envelope.type)
    if event is None:
        raise MalformedEvent(f"{envelope.type!r} is no event of the catalog")
    data = _upgraded(event, envelope.version, envelope.data)
    if "aggregate_id" in data:
        raise MalformedEvent(f"{event.type}: aggregate_id: Unexpected keyword argument")
    known = {**data, "aggregate_id": envelope.aggregate_id}
    try:
        return adapter(event).validate_json(_json(known), strict=True)
    except ValidationError as error:
        raise MalformedEvent(f"{event.type}: {_reasons(error)}") from None


def _upgraded(event: type[Event], version: int, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if version > event.version:
        raise MalformedEvent(
            f"{event.type} has version {version}, and {event.version} is the newest that is known"
        )
    if version < 1:
        raise MalformedEvent(f"{event.type} has version {version}")
    for old in range(version, event.version):
        upgrade = event.upgrades.get(old)
        if upgrade is None:
            raise MalformedEvent(f"{event.type} has version {old}, which nothing upgrades")
        try:
            data = upgrade(dict(data))
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedEvent(f"{event.type} of version {old}: {error!r}") from error
    return data


def _json(data: Mapping[str, Any]) -> bytes | str:
    """orjson is the quicker, and knows no integers beyond 64 bits."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return json.dumps(data)


def _reasons(error: ValidationError) -> str:
    """Each with the field's path, without what was found there: that may be personal."""
    return "; ".join(
        f"{'.'.join(str(step) for step in found['loc'])}: {found['msg']}"
        for found in error.errors(include_input=False, include_url=False)
    )
