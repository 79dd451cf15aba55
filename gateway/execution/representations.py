"""The objects at a path of the data, and what identifies them to a subgraph."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

from gateway.planning.fetch import Input, InputCast, InputField
from gateway.planning.plan import Call
from gateway.planning.selection import Cast, ResponsePath

Link = tuple["Link | None", str | int]
"""A position in the data: the one above it, and a key or index."""
Object = dict[str, Any]
Identify = Callable[[list[Object], dict[Any, list[Object]], list[Object]], None]
"""Puts each object to its equals in the second argument; those it cannot judge into the third."""


@dataclass(slots=True)
class Batch:
    """Distinct representations; path by path, the objects that each stands for, by its index.

    `leftovers`, path by path: they can be identified, but what the call's fields require of them
    is missing.
    """

    representations: list[Object] = field(default_factory=list)
    groups: list[dict[int, list[Object]]] = field(default_factory=list)
    leftovers: list[list[Object]] = field(default_factory=list)


class _Absent(Exception):
    """A field of the representation was not fetched: its fetch failed."""


def path_of(link: Link | None) -> list[str | int]:
    path: list[str | int] = []
    while link is not None:
        link, key = link
        path.append(key)
    path.reverse()
    return path


def positions_at(data: Object, path: ResponsePath) -> list[tuple[Object, Link | None]]:
    """The same objects, each with where it is: for errors, so that no answer pays for it."""
    level: list[tuple[Object, Link | None]] = [(data, None)]
    for element in path:
        if isinstance(element, Cast):
            level = [each for each in level if each[0].get("__typename") == element.type]
            continue
        below: list[tuple[Object, Link | None]] = []
        for value, link in level:
            below.extend(_positions(value.get(element), (link, element)))
        level = below
    return level


def _positions(value: Any, link: Link) -> Iterator[tuple[Object, Link]]:
    if isinstance(value, dict):
        yield value, link
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _positions(item, (link, index))


def batch(call: Call, objects: Sequence[list[Object]], identify: Identify | None = None) -> Batch:
    """One representation per distinct entity. `objects`: path by path.

    An object is left out where a field of its representation is missing, where its type is
    unknown, or where every field of its key is null: it cannot be identified.
    """
    made = Batch()
    indices: dict[Any, int] = {}
    odd_indices: dict[Any, int] = {}
    for here in objects:
        equals: dict[Any, list[Object]] = {}
        odd = here
        if identify is not None:
            odd = []
            identify(here, equals, odd)
        groups: dict[int, list[Object]] = {}
        for identity, same in equals.items():
            index = indices.get(identity)
            if index is None:
                index = indices[identity] = len(made.representations)
                # Nothing can be missing: `identify` has seen every field.
                made.representations.append(_representation(call, same[0], []) or {})
            groups[index] = same
        leftovers: list[Object] = []
        for value in odd:
            representation = _representation(call, value, leftovers)
            if representation is None:
                continue
            identity = _exact(representation)
            index = odd_indices.get(identity)
            if index is None:
                index = odd_indices[identity] = len(made.representations)
                made.representations.append(representation)
            groups.setdefault(index, []).append(value)
        made.groups.append(groups)
        made.leftovers.append(leftovers)
    return made


def compile_identify(call: Call) -> Identify | None:
    """For representations of plain fields only; None where a call needs more than that.

    Text and integers are their own identity. Whatever else there is (1.0 equals True and 1) is
    odd and left to the exact comparison.
    """
    items = (*call.keys, *call.inputs)
    plain = [each for each in items if isinstance(each, InputField) and not each.below]
    if not call.keys or len({each.name for each in plain}) < len(items):
        return None
    names = [each.key for each in plain]
    tests = ["{0}.__class__ is str or {0}.__class__ is int"]  # the first key: not null
    tests += ["{0}.__class__ is str or {0}.__class__ is int or {0} is None"] * (len(names) - 1)
    if call.representation_type is None:
        names.append("__typename")
        tests.append("{0}.__class__ is str")
    reads = "; ".join(f"v{i} = o[k{i}]" for i in range(len(names)))
    holds = " and ".join(f"({test.format(f'v{i}')})" for i, test in enumerate(tests))
    values = "v0" if len(names) == 1 else f"({', '.join(f'v{i}' for i in range(len(names)))})"
    source = f"""
def identify(objects, equals, odd):
    get = equals.get
    for o in objects:
        try:
            {reads}
        except KeyError:
            odd.append(o)
            continue
        if {holds}:
            i = {values}
            same = get(i)
            if same is None:
                equals[i] = [o]
            else:
                same.append(o)
        else:
            odd.append(o)
"""
    environment: dict[str, Any] = {f"k{i}": name for i, name in enumerate(names)}
    exec(_code(source), environment)  # noqa: S102  numbered names only
    identify: Identify = environment["identify"]
    return identify


@lru_cache(maxsize=256)
def _code(source: str) -> CodeType:
    """Sources hold no names but numbered ones: there are few of them for many calls."""
    return compile(source, "<identify>", "exec")


def _representation(call: Call, value: Object, leftovers: list[Object]) -> Object | None:
    name = call.representation_type or value.get("__typename")
    if name is None:
        return None
    representation: Object = {"__typename": name}
    try:
        _read(call.keys, value, representation)
    except _Absent:
        return None
    if all(item is None for key, item in representation.items() if key != "__typename"):
        return None
    try:
        _read(call.inputs, value, representation)
    except _Absent:
        leftovers.append(value)
        return None
    return representation


def _read(items: Sequence[Input], value: Object, into: Object) -> None:
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
    result: Object = dict(known) if isinstance(known, dict) else {}
    _read(item.below, value, result)
    if "__typename" in value:
        result.setdefault("__typename", value["__typename"])
    return result


def _exact(value: Any) -> Any:
    """Hashable, and equal for equal JSON only: 1, 1.0 and true are three values."""
    if isinstance(value, dict):
        return tuple((key, _exact(item)) for key, item in value.items())
    if isinstance(value, list):
        return (list, *map(_exact, value))
    return (value.__class__, value)
