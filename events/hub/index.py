"""Who is concerned by an event, found by what the event says instead of by asking everybody."""

from collections import defaultdict
from collections.abc import Iterator

from events.envelope import Envelope
from events.hub.interest import named
from events.hub.subscription import Subscription

Listeners = dict[Subscription, None]
"""A set that keeps its order."""


class Index:
    """Every attached subscription, once for each of its ids, else for each type, else for all."""

    def __init__(self) -> None:
        self._by_id: defaultdict[str, Listeners] = defaultdict(dict)
        self._by_type: defaultdict[str, Listeners] = defaultdict(dict)
        self._of_all: Listeners = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Subscription]:
        """Each of them, once."""
        found: Listeners = dict(self._of_all)
        for table in (self._by_id, self._by_type):
            for listeners in table.values():
                found |= listeners
        return iter(found)

    def add(self, subscription: Subscription) -> None:
        for table, key in self._places(subscription):
            table[key][subscription] = None
        if _wants_all(subscription):
            self._of_all[subscription] = None
        self._size += 1

    def remove(self, subscription: Subscription) -> None:
        for table, key in self._places(subscription):
            del table[key][subscription]
            if not table[key]:
                del table[key]
        self._of_all.pop(subscription, None)
        self._size -= 1

    def concerned(self, envelope: Envelope) -> list[Subscription]:
        """A list of its own: who is in it may be removed while it is walked."""
        found: Listeners = dict(self._of_all)
        if of_type := self._by_type.get(envelope.type):
            found |= of_type
        if self._by_id:
            for id in named(envelope):
                if of_id := self._by_id.get(id):
                    found |= of_id
        return [each for each in found if each.interest.covers_named(envelope)]

    def _places(
        self, subscription: Subscription
    ) -> Iterator[tuple[defaultdict[str, Listeners], str]]:
        interest = subscription.interest
        if interest.ids is not None:
            yield from ((self._by_id, id) for id in interest.ids)
        elif interest.types is not None:
            yield from ((self._by_type, type) for type in interest.types)


def _wants_all(subscription: Subscription) -> bool:
    return subscription.interest.ids is None and subscription.interest.types is None
