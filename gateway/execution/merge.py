"""Brings the answers of subgraphs together without ever writing into one that others hold.

A subgraph's answer may be shared (local transport, de-duplicated fetches), and an entity in it
may belong to several objects: so what will be written to later is copied when it arrives, unless
the answer is ours and is handed to its first object. `writable`, made with the plan, is the tree
of response keys below which that can happen; everything else is passed on as it came.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.execution.copying import Copier, compile_copiers
from gateway.planning.plan import Renames, Shape


@dataclass(frozen=True, slots=True)
class Writable:
    """What may be written to below an object, and how it is copied."""

    shape: Shape
    copiers: Mapping[str, Copier]

    @staticmethod
    def of(shape: Shape) -> "Writable":
        return Writable(shape, compile_copiers(shape))


def merge_all(
    targets: Iterable[dict[str, Any]],
    answer: dict[str, Any],
    writable: Writable,
    ours: bool = False,
) -> None:
    """One answer into every object that it belongs to.

    `ours`: nobody else holds it. Then the first object gets its containers, the others copies;
    they have been made from it before anything can be written into it.
    """
    copied = [each for each in writable.copiers.items() if each[0] in answer]
    for target in targets:
        if target.keys().isdisjoint(answer):
            target.update(answer)
            if not ours:
                for key, copy in copied:
                    target[key] = copy(answer[key])
        else:
            merge_into(target, answer, writable.shape)
        ours = False


def merge_groups(
    groups: Sequence[Mapping[int, list[dict[str, Any]]]],
    answers: Sequence[Any],
    writable: Sequence[Writable],
    ours: bool,
) -> None:
    """Each answer into its objects, path by path; null, and what else is no object, into none."""
    handed: set[int] = set()
    for here, below in zip(groups, writable, strict=True):
        for index, objects in here.items():
            answer = answers[index]
            if isinstance(answer, dict):
                merge_all(objects, answer, below, ours and index not in handed)
                handed.add(index)


def merge_into(target: dict[str, Any], answer: dict[str, Any], writable: Shape) -> None:
    """`target` is ours. Null never replaces a value."""
    for key, value in answer.items():
        known = target.get(key)
        if known is None:
            if value is not None or key not in target:
                target[key] = owned(value, writable[key]) if key in writable else value
        elif value is None or known is value:
            continue
        elif isinstance(known, dict) and isinstance(value, dict):
            if key in writable:
                merge_into(known, value, writable[key])
            else:
                target[key] = merged(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            if key in writable:
                _merge_lists(known, value, writable[key])
            else:
                target[key] = merged(known, value)
        else:
            target[key] = value


def _merge_lists(known: list[Any], value: list[Any], writable: Shape) -> None:
    """Two subgraphs' lists are merged by index; of different length they are different lists."""
    if len(known) != len(value):
        return
    for index, (one, other) in enumerate(zip(known, value, strict=True)):
        if isinstance(one, dict) and isinstance(other, dict):
            merge_into(one, other, writable)
        elif isinstance(one, list) and isinstance(other, list):
            _merge_lists(one, other, writable)
        elif other is not None:
            known[index] = owned(other, writable)


def owned(value: Any, writable: Shape) -> Any:
    """A copy of the containers at and below a writable place."""
    if isinstance(value, dict):
        copy = value.copy()
        for key, below in writable.items():
            inner = copy.get(key)
            if isinstance(inner, dict | list):
                copy[key] = owned(inner, below)
        return copy
    if isinstance(value, list):
        return [owned(item, writable) for item in value]
    return value


def merged(one: Any, other: Any) -> Any:
    """A new value with what both have; `one` where they differ in kind."""
    if isinstance(one, dict) and isinstance(other, dict):
        result = dict(one)
        for key, value in other.items():
            result[key] = merged(result[key], value) if key in result else value
        return result
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [merged(a, b) for a, b in zip(one, other, strict=True)]
    return other if one is None else one


def renamed(value: Any, renames: Renames) -> Any:
    """A copy in which fields asked for under an alias of the planner have their own key again.

    Where two aliases share a key, what both brought is merged.
    """
    if not renames:
        return value
    if isinstance(value, list):
        return [renamed(item, renames) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for asked, inner in value.items():
        rename = renames.get(asked)
        key = asked if rename is None else rename.key
        found = inner if rename is None else renamed(inner, rename.below)
        result[key] = merged(result[key], found) if key in result else found
    return result
