"""The objects at the paths of the data: each level is walked once, equal objects become one.

Objects of which one fetch alone brings all (`Sole`) are the same ones whenever a path leads to
them, so a level that was walked is kept. If they came with leaves only, then those of one level
that are equal stay equal: whatever is fetched for them depends on what they hold and on the path.
So equal ones are replaced by one of them, and whoever comes later has only the distinct ones to
identify, to merge into, and to project. Objects of two paths are never made one: at another place
another selection may want another value under the same key.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

from gateway.planning.plan import Plan, Sole
from gateway.planning.selection import Cast, ResponsePath

Object = dict[str, Any]
Walk = Callable[[list[Object], str], list[Object]]
"""The objects under a key of each of these, through lists, in the order of the data."""


class Levels:
    """For one run of a step. `walks`: of the paths whose levels are kept, how they are walked."""

    __slots__ = ("_known", "_walks")

    def __init__(self, data: Object, walks: Mapping[ResponsePath, Walk]) -> None:
        self._known: dict[ResponsePath, list[Object]] = {(): [data]}
        self._walks = walks

    def at(self, path: ResponsePath) -> list[Object]:
        """Every object at the path; where equal ones were made one, this one once."""
        known = self._known.get(path)
        if known is not None:
            return known
        above, element = self.at(path[:-1]), path[-1]
        if isinstance(element, Cast):
            return [value for value in above if value.get("__typename") == element.type]
        walk = self._walks.get(path)
        if walk is None:
            return walked(above, element)
        level = self._known[path] = walk(above, element)
        return level


def compile_walks(sole: Sole, paths: Iterable[ResponsePath]) -> dict[ResponsePath, Walk]:
    """For these paths, and all on the way to them, that can be kept."""
    prefixes = dict.fromkeys(path[:end] for path in paths for end in range(1, len(path) + 1))
    # Levels beyond a cast overlap with those of the same position by other ways.
    cast = {
        _position(path)
        for path in prefixes
        if isinstance(path[-1], str) and any(isinstance(element, Cast) for element in path)
    }
    walks: dict[ResponsePath, Walk] = {}
    for path in prefixes:
        position = _position(path)
        if len(position) == len(path) and position in sole:
            keys = frozenset() if position in cast else sole[position]
            walks[path] = compile_walk(tuple(sorted(keys))) if keys else walked
    return walks


def shared_positions(plan: Plan) -> list[tuple[str, ...]]:
    """Where one object may be in many places of the data."""
    return [path for step in plan.steps for path, keys in step.sole.items() if keys]


def _position(path: ResponsePath) -> tuple[str, ...]:
    return tuple(element for element in path if isinstance(element, str))


def walked(above: list[Object], key: str) -> list[Object]:
    found: list[Object] = []
    add = found.append
    for value in above:
        inner = value.get(key)
        if isinstance(inner, list):
            for item in inner:
                if item.__class__ is dict:
                    add(item)
                else:
                    _items([item], found)
        elif isinstance(inner, dict):
            add(inner)
    return found


def _items(items: list[Any], found: list[Object]) -> None:
    for item in items:
        if isinstance(item, dict):
            found.append(item)
        elif isinstance(item, list):
            _items(item, found)


def compile_walk(keys: tuple[str, ...]) -> Walk:
    """The same walk, in which objects that hold equal values under these keys become one.

    Only objects that hold nothing else, and no values but texts, integers and null: of others it
    would take more to tell whether they are equal (1, 1.0 and true are three values).
    """
    environment: dict[str, Any] = {f"k{i}": key for i, key in enumerate(keys)}
    exec(_code(len(keys)), environment)  # noqa: S102  numbered names only
    walk: Walk = environment["walk"]
    return walk


@lru_cache(maxsize=64)
def _code(count: int) -> CodeType:
    numbers = range(count)
    reads = "; ".join(f"v{i} = o[k{i}]" for i in numbers)
    holds = " and ".join(
        f"(v{i}.__class__ is str or v{i}.__class__ is int or v{i} is None)" for i in numbers
    )
    values = "v0" if count == 1 else f"({', '.join(f'v{i}' for i in numbers)})"
    one = f"""
        if o.__class__ is dict:
            if len(o) == {count}:
                try:
                    {reads}
                except KeyError:
                    add(o)
                    continue
                if {holds}:
                    same = get({values})
                    if same is None:
                        known[{values}] = o
                        add(o)
                    elif same is not o:
                        into[at] = same
                    continue
            add(o)
        elif o.__class__ is list:
            items(o, known, add)"""
    source = f"""
def walk(above, at):
    found = []
    add = found.append
    known = {{}}
    get = known.get
    for into in above:
        o = into.get(at){one}
    return found

def items(into, known, add):
    get = known.get
    for at, o in enumerate(into):{one}
"""
    return compile(source, "<levels>", "exec")
