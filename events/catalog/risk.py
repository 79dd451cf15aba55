"""Facts that the risk agent publishes: each about one anomaly."""

from dataclasses import dataclass
from typing import Annotated

from events.event import Event, fact
from events.values import OneOf

Direction = Annotated[str, OneOf("HIGH", "LOW")]
Resolution = Annotated[str, OneOf("RESOLVED", "DISMISSED")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyEvent(Event):
    """What every fact about an anomaly says; `about_id` is the entity that behaves oddly."""

    detector_id: str
    about_id: str
    order_id: str | None
    customer_id: str | None
    direction: Direction


@fact("risk.anomaly_detected")
class RiskAnomalyDetected(AnomalyEvent):
    """It happened for the `count`th time."""

    count: int


@fact("risk.anomaly_resolved")
class RiskAnomalyResolved(AnomalyEvent):
    """It is over, or was none."""

    resolution: Resolution
