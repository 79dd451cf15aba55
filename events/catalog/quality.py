"""Facts that the quality agent publishes: each about one inspection or one quarantine."""

from dataclasses import dataclass
from typing import Annotated

from events.event import Event, Part, fact, part
from events.values import OneOf

Disposition = Annotated[str, OneOf("RESTOCK", "REWORK", "SCRAP", "VENDOR")]


@part
class InspectedUnits(Part):
    """What an inspection found of one variant."""

    variant_id: str
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionEvent(Event):
    """What every verdict says: what was looked at, and how much of it is good."""

    order_id: str | None
    customer_id: str | None
    package_id: str | None
    return_request_id: str | None
    warehouse_id: str
    lines: list[InspectedUnits]


@fact("quality.inspection_passed")
class QualityInspectionPassed(InspectionEvent):
    """All of it is good."""


@fact("quality.inspection_failed")
class QualityInspectionFailed(InspectionEvent):
    """Some of it, or all of it, is not good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineEvent(Event):
    """What every fact about units under suspicion says; the subject is the inspection."""

    order_id: str | None
    customer_id: str | None
    return_request_id: str | None
    variant_id: str
    warehouse_id: str
    quantity: int


@fact("quality.quarantined")
class QualityQuarantined(QuarantineEvent):
    """The units must not be sold until they are released; never those of a return."""


@fact("quality.released")
class QualityReleased(QuarantineEvent):
    """The units may be sold again."""


@fact("quality.disposed")
class QualityDisposed(QuarantineEvent):
    """What becomes of the units for good."""

    disposition: Disposition
