"""Fewer edges and fewer requests: the last pass over a fetch graph."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.planning.fetches import Fetch


@dataclass(slots=True, eq=False)
class Group:
    """Fetches that go to one subgraph in one request because they can start together."""

    members: list[Fetch]
    after: list["Group"]


def group(fetches: Sequence[Fetch]) -> list[Group]:
    """Groups in an order in which each follows those that it waits for.

    Entity fetches of one subgraph with equal dependencies share a request. Equal dependencies
    cannot depend on one another, so grouping never closes a cycle.
    """
    ordered = _ordered(fetches)
    reduced = _reduced(ordered)
    groups: dict[tuple[object, ...], Group] = {}
    of: dict[Fetch, Group] = {}
    for fetch in ordered:
        deps = reduced[fetch]
        shared = fetch.kind == "entity"
        identity = (fetch.graph, frozenset(map(id, deps)) if shared else id(fetch))
        found = groups.get(identity)
        if found is None:
            found = groups[identity] = Group([], [])
        found.members.append(fetch)
        of[fetch] = found
    for fetch in ordered:
        for dep in ordered:
            if dep in reduced[fetch] and of[dep] not in of[fetch].after:
                of[fetch].after.append(of[dep])
    return list(groups.values())


def _ordered(fetches: Sequence[Fetch]) -> list[Fetch]:
    """Dependencies first, otherwise as given."""
    ordered: list[Fetch] = []
    placed: set[Fetch] = set()
    left = list(fetches)
    while left:
        ready = [fetch for fetch in left if fetch.deps - {fetch} <= placed]
        if not ready:
            raise RuntimeError("the fetches of a plan wait for one another")
        ordered.extend(ready)
        placed.update(ready)
        left = [fetch for fetch in left if fetch not in placed]
    return ordered


def _reduced(ordered: Sequence[Fetch]) -> dict[Fetch, set[Fetch]]:
    """Only the dependencies that no other dependency already waits for."""
    ancestors: dict[Fetch, set[Fetch]] = {}
    reduced: dict[Fetch, set[Fetch]] = {}
    for fetch in ordered:
        direct = fetch.deps - {fetch}
        implied: set[Fetch] = set()
        for dep in direct:
            implied |= ancestors[dep]
        ancestors[fetch] = direct | implied
        reduced[fetch] = direct - implied
    return reduced
