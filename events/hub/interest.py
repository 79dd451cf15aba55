"""What a subscriber wants to hear of, declared so that it can be found by what an event says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from events.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Interest:
    """All that is given must hold; None is no condition.

    `types` of events; `ids` of entities, of which the event must name one; `matches` for
    whatever else, asked last. A subscriber with `ids` costs nothing while they are not named, one
    with `types` nothing while other events pass.
    """

    types: frozenset[str] | None = None
    ids: frozenset[str] | None = None
    matches: Callable[[Envelope], bool] | None = None

    def covers(self, envelope: Envelope) -> bool:
        """Whether the event is wanted."""
        if self.ids is not None and self.ids.isdisjoint(named(envelope)):
            return False
        return self.covers_named(envelope)

    def covers_named(self, envelope: Envelope) -> bool:
        """The same, of an event that is known to name one of the ids."""
        if self.types is not None and envelope.type not in self.types:
            return False
        return self.matches is None or self.matches(envelope)


EVERYTHING = Interest()


def named(envelope: Envelope) -> Iterator[str]:
    """The entities that an event names: its subject, and whatever stands in a field `..._id`."""
    yield envelope.subject
    for field, value in envelope.data.items():
        if field.endswith("_id") and isinstance(value, str):
            yield value
