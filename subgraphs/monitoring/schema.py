"""What the monitoring agent offers."""

from subgraphs.kit import Connection, Info, query, subgraph
from subgraphs.monitoring import loaders, policy
from subgraphs.monitoring.audience import check_types, told_of
from subgraphs.monitoring.handlers import remember
from subgraphs.monitoring.letters import DeadLetter, DeadLetterWhere, ParkedKey
from subgraphs.monitoring.mutations.replay import replay_dead_letters
from subgraphs.monitoring.repository import events, letters
from subgraphs.monitoring.types import PlatformEvent, PlatformEventSort, PlatformTimelineWhere
from subgraphs.monitoring.watching import platform_events


@query(policy.READ)
async def platform_timeline(
    info: Info,
    where: PlatformTimelineWhere | None = None,
    order_by: PlatformEventSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[PlatformEvent]:
    """What happened in all agents; of their own things, for customers."""
    wanted = where or PlatformTimelineWhere()
    check_types(wanted.types)
    types = told_of(info.principal)
    sort = order_by or PlatformEventSort()
    return await events.page(info.db, info.scope, types, wanted, sort, first, after)


@query(policy.READ_ALL)
async def dead_letters(
    info: Info, where: DeadLetterWhere | None = None, first: int = 20, after: str | None = None
) -> Connection[DeadLetter]:
    """Events that wait because they, or earlier ones of their key, failed; the oldest first."""
    return await letters.dead_letters(info.db, where or DeadLetterWhere(), first, after)


@query(policy.READ_ALL)
async def parked_keys(
    info: Info, where: DeadLetterWhere | None = None, first: int = 20, after: str | None = None
) -> Connection[ParkedKey]:
    """Which consumers have stopped taking the events of which keys, and why."""
    return await letters.parked_keys(info.db, where or DeadLetterWhere(), first, after)


schema = subgraph(
    "monitoring",
    queries=[platform_timeline, dead_letters, parked_keys],
    mutations=[replay_dead_letters],
    subscriptions=[platform_events],
    fields=[
        loaders.order_timeline,
        loaders.customer_timeline,
        loaders.data,
        loaders.correlation_id,
        loaders.causation_id,
        loaders.actor_id,
        loaders.acting_for,
        loaders.dead_event,
    ],
    handlers=[remember],
)
