"""Sagas as clients see them: every generation of every step, what came of it, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from models.work import SagaState, SagaStepState
from subgraphs.kit.saga_store import StepRow
from subgraphs.kit.types import enum, shared

enum(SagaState)
enum(SagaStepState)


@shared
class SagaStep:
    """One generation of a step, for one subject (an order, a package, a payment).

    `made` is the id of what its owner made; `reason` says why it failed, waits, or was skipped;
    `dueAt` when it is tried again, or no longer waited for.
    """

    step: str
    subject: strawberry.ID
    generation: int
    state: SagaStepState
    attempts: int
    made: strawberry.ID | None
    error_code: str | None
    reason: str | None
    due_at: datetime | None
    begun_at: datetime
    ended_at: datetime | None
    compensated_at: datetime | None


def shown(row: StepRow) -> SagaStep:
    """A row as its type."""
    made: Mapping[str, Any] = row.outcome or {}
    return SagaStep(
        step=row.step,
        subject=strawberry.ID(row.subject),
        generation=row.generation,
        state=row.state,
        attempts=row.attempts,
        made=made.get("id"),
        error_code=row.error_code,
        reason=row.reason,
        due_at=row.due_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        compensated_at=row.compensated_at,
    )
