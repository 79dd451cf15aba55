"""The envelope: what travels around every event, whatever it says."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event as it lies in the outbox. `sequence` counts per aggregate from 1, without gaps.

    `subject` is the entity that it is about; `aggregate_id` the key by which events keep their
    order, in `partition` of the topic of `agent`. The platform-wide position comes when the
    sequencer stamps the event. `trace_id` is that of the request's trace, where there is one;
    `seed` marks the example shop's past.
    """

    id: str
    agent: str
    type: str
    version: int
    subject: str
    aggregate_id: str
    partition: int
    sequence: int
    occurred_at: datetime
    actor: str
    on_behalf_of: str | None
    correlation_id: str
    causation_id: str | None
    trace_id: str | None = None
    seed: bool = False
    data: Mapping[str, Any]

    def row(self) -> dict[str, Any]:
        """Its fields by name, as `dataclasses.asdict`, but without a copy of `data`."""
        return {name: getattr(self, name) for name in _NAMES}


_NAMES = [field.name for field in fields(Envelope)]
