"""What the catalog promises to consumers: an AsyncAPI document with one message per event type."""

import json
from inspect import getdoc
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from events.catalog import AGENT_OF, EVENTS, aggregate_word
from events.decode import adapter
from events.envelope import Envelope
from events.event import Event
from events.topics import PARTITIONS, topic_of

FILE = Path(__file__).parent / "catalog" / "asyncapi.json"
"""The document as committed."""

Json = dict[str, Any]

SCHEMAS = "#/components/schemas/"


class _Untitled(GenerateJsonSchema):
    """A title that only repeats the field's name says nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def document() -> Json:
    """The promise that follows from the catalog as it is now."""
    schemas: dict[str, Json] = {"Envelope": _envelope()}
    for event in EVENTS.values():
        schemas |= _data(event)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Souk's events",
            "version": "1",
            "description": "One topic per agent; the key is the event's `aggregate_id`, whose"
            f" facts keep their order in one of {PARTITIONS} partitions.",
        },
        "defaultContentType": "application/json",
        "channels": {topic_of(agent): _channel(agent) for agent in sorted({*AGENT_OF.values()})},
        "components": {
            "messages": {name: _message(EVENTS[name]) for name in sorted(EVENTS)},
            "schemas": {name: schemas[name] for name in sorted(schemas)},
        },
    }


def text() -> str:
    """The file's content."""
    return json.dumps(document(), indent=2) + "\n"


def topic(event: type[Event]) -> str:
    """The topic that the event's type travels in."""
    return topic_of(AGENT_OF[aggregate_word(event.type)])


def _channel(agent: str) -> Json:
    name = topic_of(agent)
    types = sorted(event.type for event in EVENTS.values() if topic(event) == name)
    return {
        "address": name,
        "messages": {type: {"$ref": f"#/components/messages/{type}"} for type in types},
    }


def _message(event: type[Event]) -> Json:
    envelope = {
        "type": {"const": event.type},
        "version": {"const": event.version},
        "data": {"$ref": f"{SCHEMAS}{event.type}"},
    }
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": getdoc(event),
        "payload": {
            "allOf": [
                {"$ref": f"{SCHEMAS}Envelope"},
                {"type": "object", "properties": envelope, "required": list(envelope)},
            ]
        },
        "x-version": event.version,
        "x-audience": event.audience.value,
    }


def _envelope() -> Json:
    """All of it but what each message says of its own."""
    schema = TypeAdapter(Envelope).json_schema(schema_generator=_Untitled)
    for name in ("type", "version", "data"):
        del schema["properties"][name]
        schema["required"].remove(name)
    return schema


def _data(event: type[Event]) -> dict[str, Json]:
    """The schema of the event's own fields, under its type, and those of its parts."""
    schema = adapter(event).json_schema(
        ref_template=SCHEMAS + "{model}", schema_generator=_Untitled
    )
    parts: dict[str, Json] = schema.pop("$defs", {})
    del schema["properties"]["aggregate_id"]
    schema["required"].remove("aggregate_id")
    del schema["description"]  # the message says it
    return {event.type: schema, **parts}
