"""The objects at a path of the data, and what identifies them to a subgraph."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.planning.fetch import Input, InputCast, InputField
from gateway.planning.plan import Call, Shape
from gateway.planning.selection import Cast, ResponsePath

# Plain tuples, because one of each is made for every object on every path.
Link = tuple["Link | None", str | int]
"""A position in the data: the one above it, and a key or index."""
Target = tuple[dict[str, Any], Link | None, Shape]
"""An object of the data, its position, and what below it may be written to."""


@dataclass(slots=True)
class Batch:
    """Distinct representations, and the objects that each stands for.

    `leftovers` can be identified, but what the call's fields require of them is missing.
    """

    representations: list[dict[str, Any]] = field(default_factory=list)
    targets: list[list[Target]] = field(default_factory=list)
    leftovers: list[Target] = field(default_factory=list)


class _Absent(Exception):
    """A field of the representation was not fetched: its fetch failed."""


def path_of(link: Link | None) -> list[str | int]:
    path: list[str | int] = []
    while link is not None:
        link, key = link
        path.append(key)
    path.reverse()
    return path


def targets(data: dict[str, Any], path: ResponsePath, writable: Shape) -> list[Target]:
    """Every object at a path, through lists, in the order of the data."""
    level: list[Target] = [(data, None, writable)]
    for element in path:
        if isinstance(element, Cast):
            level = [t for t in level if t[0].get("__typename") == element.type]
            continue
        writable = writable.get(element, {})
        below: list[Target] = []
        for value, link, _ in level:
            inner = value.get(element)
            if isinstance(inner, dict):
                below.append((inner, (link, element), writable))
            elif isinstance(inner, list):
                _items(inner, (link, element), writable, below)
        level = below
    return level


def _items(items: list[Any], link: Link, writable: Shape, found: list[Target]) -> None:
    for index, item in enumerate(items):
        if isinstance(item, dict):
            found.append((item, (link, index), writable))
        elif isinstance(item, list):
            _items(item, (link, index), writable, found)


def batch(call: Call, objects: Sequence[Target]) -> Batch:
    """One representation per distinct entity.

    An object is left out where a field of its representation is missing, where its type is
    unknown, or where every field of its key is null: it cannot be identified.
    """
    made = Batch()
    positions: dict[Any, int] = {}
    for target in objects:
        representation = _identified(call, target[0])
        if representation is None:
            continue
        try:
            _read(call.inputs, target[0], representation)
        except _Absent:
            made.leftovers.append(target)
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


def _identified(call: Call, value: dict[str, Any]) -> dict[str, Any] | None:
    name = call.representation_type or value.get("__typename")
    if name is None:
        return None
    representation: dict[str, Any] = {"__typename": name}
    try:
        _read(call.keys, value, representation)
    except _Absent:
        return None
    if all(item is None for key, item in representation.items() if key != "__typename"):
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


def _identity(representation: dict[str, Any]) -> Any:
    """Hashable, and equal for equal representations of one call only."""
    values = tuple(representation.values())
    for value in values:
        if value.__class__ is not str and value is not None:
            return _exact(representation)
    # Casts may leave out names: the same values do not always stand for the same fields.
    return values if len(values) == 2 else (values, tuple(representation))


def _exact(value: Any) -> Any:
    """Equal for equal JSON only: 1, 1.0 and true are three values."""
    if isinstance(value, dict):
        return tuple((key, _exact(item)) for key, item in value.items())
    if isinstance(value, list):
        return (list, *map(_exact, value))
    return (value.__class__, value)
