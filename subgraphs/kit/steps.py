"""A saga's steps as their owner sees them: a compensation finds what a step made, by its key."""

from typing import Any

from subgraphs.kit.context import Info
from subgraphs.kit.errors import ForbiddenError, Refused, StepCanceledError
from subgraphs.kit.idempotency import PERMANENT, call_off
from subgraphs.kit.policy import Kind
from subgraphs.kit.specs import Mutation
from subgraphs.kit.types import camel


async def made_by_step(info: Info, mutation: Mutation[Any, Any, Any], key: str) -> list[str]:
    """The ids of what the caller's step `key` made with `mutation`; for a compensation's `prepare`.

    Refused with STEP_CANCELED where it has made nothing: it never will, then, however late its
    command arrives. Only a service has steps, and only its own.
    """
    if info.principal.kind is not Kind.SERVICE or not key.startswith(PERMANENT):
        raise Refused(ForbiddenError(field=["step"]))
    async with info.database.unit_of_work(info.cause) as work:
        made = await call_off(work, info.principal.id, camel(mutation.name), key)
    if not made:
        raise Refused(StepCanceledError(field=["step"]))
    return [id for id, _ in made]
