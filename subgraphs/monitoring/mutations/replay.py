"""Having parked events replayed by whoever has their handlers."""

from collections.abc import Sequence

from subgraphs.kit import Info, UnitOfWork, input, reported
from subgraphs.monitoring import policy, replaying
from subgraphs.monitoring.letters import Replay, Replayed
from subgraphs.monitoring.settings import MonitoringSettings


async def _found(ids: Sequence[str], info: Info) -> list[Replay | None]:
    return await replaying.found(info.db, ids)


async def _told(info: Info, asked: Replay) -> Replayed:
    patience = info.settings(MonitoringSettings).replay_patience
    return await replaying.outcome(info.database, asked, patience)


@input
class ReplayDeadLettersInput:
    """Without `key` all that is parked of the consumer."""

    consumer: str
    key: str | None = None
    idempotency_key: str


@reported(policy.APPROVE, find=_found, tell=_told)
async def replay_dead_letters(
    info: Info, work: UnitOfWork, input: ReplayDeadLettersInput
) -> Replay:
    """Let what waits take effect, in order, where its consumer runs.

    Answers after a few seconds at the latest; what is not done by then goes on. Sent again with
    the same key it asks for nothing, and tells how far it has come.
    """
    return await replaying.ask(work, input.consumer, input.key)
