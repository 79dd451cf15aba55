"""The objects at a path of the data, and what identifies them to a subgraph."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Union

from gateway.planning.fetches import Input, InputCast, InputField
from gateway.planning.plan import Call, Shape
from gateway.planning.selection import Cast, ResponsePath


class Link(NamedTuple):
    """A position in the data, linked to the one above it: cheap to make for each object."""

    above: Union["Link", None]
    key: str | int


class Target(NamedTuple):
    """An object of the data, its position, and what below it may be written to."""

    value: dict[str, Any]
    link: Link | None
    writable: Shape


@dataclass(slots=True)
class Batch:
    """Distinct representations, and the objects that each stands for."""

    representations: list[dict[str, Any]] = field(default_factory=list)
    targets: list[list[Target]] = field(default_factory=list)


class _Absent(Exception):
    """A field of the representation was not fetched: its fetch failed."""


def path_of(link: Link | None) -> list[str | int]:
    path: list[str | int] = []
    while link is not None:
        path.append(link.key)
        link = link.above
    path.reverse()
    return path


def targets(data: dict[str, Any], path: ResponsePath, writable: Shape) -> list[Target]:
    """Every object at a path, through lists, in the order of the data."""
    level = [Target(data, None, writable)]
    for element in path:
        if isinstance(element, Cast):
            level = [t for t in level if t.value.get("__typename") == element.type]
        else:
            writable = writable.get(element, {})
            below: list[Target] = []
            for value, link, _ in level:
                _collect(value.get(element), Link(link, element), writable, below)
            level = below
    return level


def _collect(value: Any, link: Link, writable: Shape, found: list[Target]) -> None:
    if isinstance(value, dict):
        found.append(Target(value, link, writable))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if item is not None:
                _collect(item, Link(link, index), writable, found)


def batch(call: Call, objects: Sequence[Target]) -> Batch:
    """One representation per distinct entity.

    An object is left out where a field of its representation is missing, where its type is
    unknown, or where every field of its key is null: it cannot be identified.
    """
    made = Batch()
    positions: dict[Any, int] = {}
    for target in objects:
        representation = _representation(call, target.value)
        if representation is None:
            continue
        identity = _identity(representation)
        position = positions.get(identity)
        if position is None:
            positions[identity] = len(made.representations)
            made.representations.append(representation)
            made.targets.append([target])
        else:
            made.targets[position].append(target)
    return made


def _representation(call: Call, value: dict[str, Any]) -> dict[str, Any] | None:
    name = call.representation_type or value.get("__typename")
    if name is None:
        return None
    representation: dict[str, Any] = {"__typename": name}
    try:
        _read(call.keys, value, representation)
        if all(item is None for key, item in representation.items() if key != "__typename"):
            return None
        _read(call.inputs, value, representation)
    except _Absent:
        return None
    return representation


def _read(items: Sequence[Input], value: dict[str, Any], into: dict[str, Any]) -> None:
    for item in items:
        if isinstance(item, InputCast):
            if value.get("__typename") == item.type:
                _read(item.below, value, into)
            continue
        if item.key not in value:
            raise _Absent
        found = value[item.key]
        if item.below:
            found = _read_below(item, found, into.get(item.name))
        into[item.name] = found


def _read_below(item: InputField, value: Any, known: Any) -> Any:
    """`known`: what another item already put under the same name."""
    if isinstance(value, list):
        olds = (
            known if isinstance(known, list) and len(known) == len(value) else [None] * len(value)
        )
        return [_read_below(item, inner, old) for inner, old in zip(value, olds, strict=True)]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = dict(known) if isinstance(known, dict) else {}
    _read(item.below, value, result)
    if "__typename" in value:
        result.setdefault("__typename", value["__typename"])
    return result


def _identity(value: Any) -> Any:
    """A hashable value, equal for equal JSON only: 1, 1.0 and true are three values."""
    if value.__class__ is str or value is None:
        return value
    if isinstance(value, dict):
        return tuple((key, _identity(item)) for key, item in value.items())
    if isinstance(value, list):
        return (list, *map(_identity, value))
    return (value.__class__, value)
