"""What operators see of events that a consumer could not take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from subgraphs.kit import ID, Private, derived, input, output


@output
class DeadLetter:
    """An event that waits: it failed, or one of the same key before it did and waits, too.

    `reason` is why it failed last; null for what only waits its turn.
    """

    position: Private[int]
    consumer: str
    key: str
    event_id: ID
    stamped: Private[Mapping[str, Any]]
    reason: str | None
    attempts: int
    parked_at: datetime


@output
class ParkedKey:
    """A key of which `consumer` takes no event until it is replayed; `waiting` are behind it."""

    aggregate_id: Private[str]
    consumer: str
    reason: str
    parked_at: datetime
    replay_asked_at: datetime | None
    waiting: int

    @derived
    def key(self) -> str:
        return self.aggregate_id


@input
class DeadLetterWhere:
    consumer: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """That somebody asked for one; how it goes is read from what is left."""

    id: str
    consumer: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Replayed:
    """Of the events that waited, `replayed` have taken effect; `remaining` wait now."""

    replayed: int
    remaining: int
