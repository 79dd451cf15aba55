"""Facts that healing publishes, and the defects that any agent captures."""

from dataclasses import dataclass
from typing import Annotated

from events.event import ADMIN, Event, EventOfAnyAgent, fact
from events.values import OneOf

Risk = Annotated[str, OneOf("LOW", "MEDIUM", "HIGH", "BLOCKED")]
RejectionReason = Annotated[str, OneOf("WRONG", "UNSAFE", "STYLE", "DUPLICATE", "NOT_NOW")]
Evidence = Annotated[str, OneOf("WATCHED", "LOW_TRAFFIC")]
RollbackReason = Annotated[str, OneOf("ERROR_RATE", "LATENCY", "NEW_ERROR", "PERSON", "SAME_ERROR")]


@fact("error.captured", ADMIN)
class ErrorCaptured(EventOfAnyAgent):
    """A defect, kept under the subject's id: what it said stays there, for it may quote a row.

    `path` is where in the graph or in which handler, `kind` the exception's class.
    """

    path: str
    kind: str


@fact("healing.error_detected")
class HealingErrorDetected(Event):
    """Defects of one fingerprint, for the `count`th time; the subject is the error group."""

    agent: str
    fingerprint: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FixEvent(Event):
    """What every fact about a fix says."""

    error_group_id: str
    agent: str


@fact("healing.fix_proposed")
class HealingFixProposed(FixEvent):
    """There is a fix that passed its gates; `patch_sha256` is None for a remedy without code."""

    risk: Risk
    patch_sha256: str | None


@fact("healing.fix_approved")
class HealingFixApproved(FixEvent):
    """Somebody approved these very bytes; `approvals` of `needed` are there."""

    patch_sha256: str | None
    approvals: int
    needed: int


@fact("healing.fix_rejected")
class HealingFixRejected(FixEvent):
    """Somebody does not want it."""

    reason: RejectionReason


@fact("healing.fix_applied")
class HealingFixApplied(FixEvent):
    """It is in service, and watched; `revision` is the commit."""

    revision: str | None


@fact("healing.fix_confirmed")
class HealingFixConfirmed(FixEvent):
    """It was watched for long enough."""

    evidence: Evidence


@fact("healing.fix_rolled_back")
class HealingFixRolledBack(FixEvent):
    """It is out of service again."""

    reason: RollbackReason


@fact("healing.saga_resumed")
class HealingSagaResumed(Event):
    """`agent` is to try its saga's step again; the subject is the fix."""

    agent: str
    saga_id: str
    step: str
    order_id: str | None
