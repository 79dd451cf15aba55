"""Fewer requests: the last passes over the fetches of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.planning.fetch import Fetch, clash
from gateway.planning.selection import ResponsePath


@dataclass(slots=True, eq=False)
class Group:
    """Fetches that go to one subgraph in one request."""

    members: list[Fetch]
    after: list["Group"]


def absorb(fetches: Sequence[Fetch]) -> list[Fetch]:
    """Lets a fetch that needs no inputs ride with a later one of the same objects that does.

    Only one that nobody waits for: the answer as a whole is not later for it. The riders'
    selection is kept as `spare`, for objects whose inputs turn out to be missing.
    """
    ordered = _ordered(fetches)
    ancestors = _ancestors(ordered)
    awaited = {dep for fetch in ordered for dep in fetch.deps}
    hosts: dict[tuple[str, str, ResponsePath, str | None], list[Fetch]] = {}
    for fetch in ordered:
        if fetch.inputs:
            hosts.setdefault(_place(fetch), []).append(fetch)
    left: list[Fetch] = []
    for fetch in ordered:
        rides = fetch.kind == "entity" and not fetch.inputs and fetch not in awaited
        host = _host(fetch, hosts.get(_place(fetch), ()), ancestors) if rides else None
        if host is None:
            left.append(fetch)
        else:
            host.carry(fetch)
    return left


def _place(fetch: Fetch) -> tuple[str, str, ResponsePath, str | None]:
    return (fetch.graph, fetch.type, fetch.path, fetch.representation_type)


def _host(fetch: Fetch, hosts: Sequence[Fetch], ancestors: dict[Fetch, set[Fetch]]) -> Fetch | None:
    for host in hosts:
        if fetch.deps <= ancestors[host] and not clash([*host.keys, *host.inputs], fetch.keys):
            return host
    return None


def group(fetches: Sequence[Fetch], by_wave: bool) -> list[Group]:
    """Groups in an order in which each follows those that it waits for.

    Entity fetches of one subgraph share a request if they can start together; with `by_wave` if
    equally many others come before them, which saves more requests but lets the earlier wait for
    the later. Every group waits only for groups made before it, so that no cycle can close.
    """
    ordered = _ordered(fetches)
    groups: dict[tuple[object, ...], Group] = {}
    of: dict[Fetch, Group] = {}
    levels: dict[Fetch, int] = {}
    for fetch in ordered:
        levels[fetch] = max((levels[dep] + 1 for dep in fetch.deps), default=0)
    for fetch in sorted(ordered, key=levels.__getitem__) if by_wave else ordered:
        after = _reduced([of[dep] for dep in fetch.deps])
        together = levels[fetch] if by_wave else frozenset(map(id, after))
        shared = fetch.kind == "entity"
        identity = (fetch.graph, together) if shared else (id(fetch),)
        found = groups.setdefault(identity, Group([], []))
        found.members.append(fetch)
        found.after = _reduced([*found.after, *after])
        of[fetch] = found
    order = {id(item): index for index, item in enumerate(groups.values())}
    for item in groups.values():
        item.after.sort(key=lambda other: order[id(other)])
    return list(groups.values())


def _reduced(groups: Sequence[Group]) -> list[Group]:
    """Without those that another one already waits for."""
    distinct = list({id(item): item for item in groups}.values())
    implied: set[int] = set()
    stack = [before for item in distinct for before in item.after]
    while stack:
        item = stack.pop()
        if id(item) not in implied:
            implied.add(id(item))
            stack.extend(item.after)
    return [item for item in distinct if id(item) not in implied]


def _ordered(fetches: Sequence[Fetch]) -> list[Fetch]:
    """Dependencies first, otherwise as given."""
    ordered: list[Fetch] = []
    placed: set[Fetch] = set()
    left = list(fetches)
    while left:
        ready = [fetch for fetch in left if fetch.deps <= placed]
        if not ready:
            raise RuntimeError("the fetches of a plan wait for one another")
        ordered.extend(ready)
        placed.update(ready)
        left = [fetch for fetch in left if fetch not in placed]
    return ordered


def _ancestors(ordered: Sequence[Fetch]) -> dict[Fetch, set[Fetch]]:
    ancestors: dict[Fetch, set[Fetch]] = {}
    for fetch in ordered:
        ancestors[fetch] = fetch.deps.union(*(ancestors[dep] for dep in fetch.deps))
    return ancestors
