"""The catalog as people and programs read it: each type with its fields and its consumers."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from inspect import getdoc
from typing import Any

from events import published
from events.catalog import AGENT_OF, EVENTS, aggregate_word
from events.event import Event, EventOfAnyAgent
from events.timelines import timelines
from souk.problems import Problem
from souk.supergraph import subgraphs
from subgraphs.kit.handlers import handled

ANY_AGENT = "any agent"
WORDS = {"string": "text", "boolean": "true or false", "integer": "integer", "null": "null"}


@dataclass(frozen=True, slots=True)
class EventType:
    """`publisher` is who says it; `topic` where it travels; `timelines` those in which it stands
    for its `audience`; `fields` says each field's type.
    """

    type: str
    version: int
    publisher: str
    topic: str
    audience: str
    timelines: tuple[str, ...]
    description: str
    fields: Mapping[str, str]
    consumers: tuple[str, ...]


def event_types() -> list[EventType]:
    """All of them, by topic and type."""
    schemas = published.document()["components"]["schemas"]
    consumers = _consumers()
    found = [_described(event, schemas, consumers) for event in EVENTS.values()]
    return sorted(found, key=lambda each: (each.topic, each.type))


def event_type(type: str) -> EventType:
    """One of them; Problem where the catalog has no such type."""
    for each in event_types():
        if each.type == type:
            return each
    raise Problem(f"there is no event type {type}", "See `souk events list`")


def _consumers() -> dict[str, tuple[str, ...]]:
    taken = {name: handled(each.handlers) for name, each in subgraphs().items()}
    return {type: tuple(name for name in sorted(taken) if type in taken[name]) for type in EVENTS}


def _described(
    event: type[Event], schemas: Mapping[str, Any], consumers: Mapping[str, tuple[str, ...]]
) -> EventType:
    properties = schemas[event.type]["properties"]
    return EventType(
        type=event.type,
        version=event.version,
        publisher=_publisher(event),
        topic=published.topic(event),
        audience=event.audience.value,
        timelines=timelines(event),
        description=getdoc(event) or "",
        fields={
            field.name: _type(properties[field.name], schemas)
            for field in fields(event)
            if field.name != "aggregate_id"
        },
        consumers=consumers[event.type],
    )


def _publisher(event: type[Event]) -> str:
    return ANY_AGENT if issubclass(event, EventOfAnyAgent) else AGENT_OF[aggregate_word(event.type)]


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A field's type in words."""
    if "anyOf" in schema:
        return " or ".join(_type(choice, schemas) for choice in schema["anyOf"])
    if "$ref" in schema:
        part = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
        inner = ", ".join(f"{name}: {_type(each, schemas)}" for name, each in part.items())
        return f"{{{inner}}}"
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'], schemas)}"
    if schema.get("format") == "date-time":
        return "time"
    return WORDS[schema["type"]]
