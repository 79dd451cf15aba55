"""What of a batch is for a consumer: typed by the catalog, passed over, or set aside."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from events.catalog import AGENT_OF, EVENTS
from events.consumer import Consumer
from events.decode import MalformedEvent, decode
from events.event import Event
from events.received import Received
from events.stamped import Stamped, to_json


@dataclass(frozen=True, slots=True)
class Malformed:
    """`source` is where it lies; `raw` what lies there."""

    source: str
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`wanted` are those that the consumer takes."""

    wanted: Sequence[Received[Event]]
    malformed: Sequence[Malformed]


def read(consumer: Consumer, batch: Sequence[Stamped]) -> Reading:
    """What is of no concern is passed over."""
    wanted: list[Received[Event]] = []
    malformed: list[Malformed] = []
    for stamped in batch:
        envelope = stamped.envelope
        if concerns(consumer, envelope.type):
            try:
                wanted.append(Received(stamped.position, envelope, decode(envelope)))
            except MalformedEvent as error:
                raw = json.dumps(to_json(stamped))
                malformed.append(Malformed(f"log:{stamped.position}", raw, str(error)))
    return Reading(wanted, malformed)


def concerns(consumer: Consumer, type: str) -> bool:
    """Of a type that the catalog does not know, nobody can say whether the consumer wants it."""
    return type in consumer.types or type not in EVENTS


def sought(consumer: Consumer) -> frozenset[str] | None:
    """The types to look for in the log; None where it is all of them."""
    return None if consumer.types >= EVENTS.keys() else consumer.types


def stamped(received: Received[Event]) -> Stamped:
    """As it lay in the log."""
    return Stamped(received.position, received.envelope)


def agents_of(consumer: Consumer) -> frozenset[str]:
    """The agents whose topics hold what the consumer takes."""
    return frozenset(AGENT_OF[type.partition(".")[0]] for type in consumer.types)
