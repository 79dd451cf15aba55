"""What subscribers see of an entity at an event: looked up once for all who see it alike."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from models.transience import patiently
from subgraphs.kit.context import Info
from subgraphs.kit.entities import checked
from subgraphs.kit.sharing import sharing_key
from subgraphs.kit.specs import Resolver

E = TypeVar("E")
K = TypeVar("K", bound=Hashable)
Wanted: TypeAlias = Sequence[tuple[int, K]]
"""Positions of events, each with the key of its entity."""

MOST = 1000
FRESH = 1.0
"""Seconds for which what one subscriber was shown is shown to the others."""


class Sightings(Generic[K, E]):
    """Of one hub and one resolver. Each look-up begins after the events that it is for, so what
    is seen is what the event left behind, or something later.
    """

    def __init__(self, resolver: Resolver[K, E]) -> None:
        self._resolver = resolver
        self._looks: OrderedDict[Hashable, tuple[float, asyncio.Task[Mapping[K, E]]]] = (
            OrderedDict()
        )

    async def see(self, wanted: Wanted[K], info: Info) -> list[E | None]:
        """The entities in the order of `wanted`; None where the caller may see none there."""
        policy = self._resolver.policy
        if policy.is_personal(info.principal.kind):
            found = await self._look([key for _, key in wanted], info)
            return [found.get(key) for _, key in wanted]
        return await self._together(wanted, sharing_key([policy], info.principal), info)

    async def _together(self, wanted: Wanted[K], who: Hashable, info: Info) -> list[E | None]:
        now = asyncio.get_running_loop().time()
        missing = [
            (position, key)
            for position, key in wanted
            if (position, who) not in self._looks or now - self._looks[position, who][0] > FRESH
        ]
        if missing:
            look = self._begin([key for _, key in missing], info)
            for position, _ in missing:
                self._looks[position, who] = now, look
        looks = [(key, self._looks[position, who][1]) for position, key in wanted]
        while len(self._looks) > MOST:
            self._looks.popitem(last=False)
        # Shielded: a subscriber that goes must not take the others' answer along.
        return [(await asyncio.shield(look)).get(key) for key, look in looks]

    def _begin(self, keys: Sequence[K], info: Info) -> asyncio.Task[Mapping[K, E]]:
        look = asyncio.create_task(self._look(keys, info))
        look.add_done_callback(_heeded)
        return look

    async def _look(self, keys: Sequence[K], info: Info) -> Mapping[K, E]:
        distinct = list(dict.fromkeys(keys))
        values = await patiently(lambda: self._resolver.function(distinct, info))
        found: dict[K, E] = {}
        for key, value in zip(distinct, checked(values, distinct), strict=True):
            if isinstance(value, Exception):
                raise value
            if value is not None:
                found[key] = value
        return found


def _heeded(look: asyncio.Task[Any]) -> None:
    """Though every subscriber may have gone by the time it failed."""
    if not look.cancelled():
        look.exception()
