"""Facts that the fraud agent publishes: each about one assessment of an order."""

from dataclasses import dataclass

from events.event import Event, fact


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentEvent(Event):
    """What every verdict says: the score from 0 to 100, and the rules that spoke."""

    order_id: str
    customer_id: str
    score: int
    rule_ids: list[str]


@fact("fraud.accepted")
class FraudAccepted(AssessmentEvent):
    """The order may go on."""


@fact("fraud.review_requested")
class FraudReviewRequested(AssessmentEvent):
    """A person has to decide."""


@fact("fraud.rejected")
class FraudRejected(AssessmentEvent):
    """The order must not go on."""
