"""An event as a consumer gets it: with its position, and typed by the catalog."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from events.envelope import Envelope
from events.event import Event

E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Received(Generic[E_co]):
    """`position` is platform-wide and without gaps; `event` is what `envelope.data` says, typed."""

    position: int
    envelope: Envelope
    event: E_co
