"""Whether a changed catalog keeps its promises: to consumers, and to what lies in the log."""

from collections.abc import Iterator
from typing import Any

from events.event import Audience

Json = dict[str, Any]
AUDIENCES = [each.value for each in Audience]


def breaks(old: Json, new: Json) -> list[str]:
    """Why consumers of the document `old` would not understand `new`, or `new` not what was
    written before; one sentence each. A type whose version rose may change as it likes.
    """
    found: list[str] = []
    messages = new["components"]["messages"]
    for type, before in old["components"]["messages"].items():
        now = messages.get(type)
        if now is None:
            found.append(f"{type} is gone")
            continue
        if _topic(old, type) != _topic(new, type):
            found.append(f"{type} has another topic")
        if now["x-version"] < before["x-version"]:
            found.append(f"{type} has a lower version")
        if now["x-version"] == before["x-version"]:
            found.extend(_message_breaks(type, (old, before), (new, now)))
    envelope = {"$ref": "#/components/schemas/Envelope"}
    found.extend(_Comparison(old, new).breaks("the envelope", envelope, envelope))
    return found


def _topic(document: Json, type: str) -> str | None:
    for channel in document["channels"].values():
        if type in channel["messages"]:
            return str(channel["address"])
    return None


def _message_breaks(type: str, old: tuple[Json, Json], new: tuple[Json, Json]) -> Iterator[str]:
    before, now = old[1]["x-audience"], new[1]["x-audience"]
    if AUDIENCES.index(now) < AUDIENCES.index(before):
        yield f"{type} was for {before} and is for {now}"
    data = {"$ref": f"#/components/schemas/{type}"}
    yield from _Comparison(old[0], new[0]).breaks(type, data, data)


class _Comparison:
    """Two schemas, each with the document in which its references are looked up."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new

    def breaks(self, path: str, old: Json, new: Json) -> Iterator[str]:
        before, null_before = _value(self.old, old)
        now, null_now = _value(self.new, new)
        if null_now and not null_before:
            yield f"{path} may be null"
        if null_before and not null_now:
            yield f"{path} is never null, and was"
        kind = [before.get(key) for key in ("type", "format", "pattern")]
        if kind != [now.get(key) for key in ("type", "format", "pattern")]:
            yield f"{path} is of another type"
            return
        yield from self._names(path, before, now)
        if before.get("type") == "array":
            yield from self.breaks(f"{path}[]", before["items"], now["items"])
        if "properties" in before:
            yield from self._properties(path, before, now)

    def _names(self, path: str, old: Json, new: Json) -> Iterator[str]:
        """A new name is for consumers to pass over; one that is gone is still in the log."""
        before, now = _names(old), _names(new)
        if (before is None) != (now is None):
            yield f"{path} is of another type"
        elif before is not None and now is not None:
            for name in sorted(before - now):
                yield f"{path} is never {name}"

    def _properties(self, path: str, old: Json, new: Json) -> Iterator[str]:
        before, now = old["properties"], new.get("properties", {})
        for name in before:
            if name not in now:
                yield f"{path}.{name} is gone"
            else:
                yield from self.breaks(f"{path}.{name}", before[name], now[name])
        lacking = set(new.get("required", ())) - set(old.get("required", ()))
        for name in sorted(lacking):
            yield f"{path}.{name} is required, and was not always there"


def _value(document: Json, schema: Json) -> tuple[Json, bool]:
    """The schema without references, and whether null is allowed beside it."""
    choices = schema.get("anyOf")
    if choices is not None:
        others = [choice for choice in choices if choice != {"type": "null"}]
        if len(others) == 1:
            return _value(document, others[0])[0], len(choices) == 2
    reference = schema.get("$ref")
    if reference is None:
        return schema, False
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document, False


def _names(schema: Json) -> set[str] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None
