"""What is delivered at once: events of some streams of one consumer, in order of position."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from events.cursors import Stream
from events.stamped import Stamped


@dataclass(frozen=True, slots=True)
class Batch:
    """`ends` is where the cursor of each stream stands once the events have taken effect: at its
    last event here, or behind it, where nothing follows that the consumer takes.
    """

    events: Sequence[Stamped]
    ends: Mapping[Stream, int]

    def singly(self) -> Iterator["Batch"]:
        """The same of one stream, event by event."""
        [(stream, end)] = self.ends.items()
        for event in self.events:
            yield Batch([event], {stream: event.position})
        if not self.events or end > self.events[-1].position:
            yield Batch([], {stream: end})
