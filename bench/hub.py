"""The hub and the agents' subscriptions: memory per subscriber and CPU per delivery."""

import asyncio
import gc
import resource
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import click
from sqlalchemy import text

from events.bell import Bell
from events.catalog.product import PriceChanged
from events.defects import Defects
from events.event import Event
from events.hub import Hub, Interest
from events.hub.source import LogSource
from events.outbox import emit
from events.sequencer import Sequencer
from models.database import Cause, Database
from models.migrations import run
from souk.embedded.throwaway import ThrowAwayPostgres
from subgraphs.kit.agents import Agents
from subgraphs.kit.policy import ANONYMOUS
from subgraphs.product.schema import schema

DOCUMENT = "subscription { productChanged { cursor type product { id name } } }"
CAUSE = Cause("bench", "bench")
WRITE = text("""
    INSERT INTO product.product (id, name, status, tax_class, created_at, updated_at)
    VALUES ('prd_1', 'Linen shirt', 'ACTIVE', 'STANDARD', now(), now())
""")
PAGE = resource.getpagesize()


@dataclass
class Tally:
    """How many were delivered, and whether that is all."""

    wanted: int
    count: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, many: int = 1) -> None:
        self.count += many
        if self.count >= self.wanted:
            self.done.set()


@dataclass
class World:
    db: Database
    hub: Hub
    agents: Agents

    async def write(self, count: int, subject: str = "prd_1") -> None:
        """So many events, in transactions of a hundred."""
        for begin in range(0, count, 100):
            async with self.db.unit_of_work(CAUSE) as work:
                emit(work, *(_event(subject) for _ in range(min(100, count - begin))))


Listen = Callable[[World, int, Tally], Coroutine[Any, Any, None]]


def _event(subject: str) -> Event:
    return PriceChanged(
        aggregate_id=f"var_{subject}:EUR",
        variant_id=f"var_{subject}",
        product_id=subject,
        amount=1,
        currency="EUR",
        valid_from="2026-01-01T00:00:00Z",
    )


async def everything(world: World, number: int, tally: Tally) -> None:
    subscription = await world.hub.subscribe()
    async for batch in subscription.batches():
        tally.add(len(batch))


async def one_thing(world: World, number: int, tally: Tally) -> None:
    """Only the first subscriber is ever concerned."""
    subscription = await world.hub.subscribe(wanted=Interest(ids=frozenset({f"prd_{number}"})))
    async for batch in subscription.batches():
        tally.add(len(batch))


async def graphql(world: World, number: int, tally: Tally) -> None:
    results: AsyncGenerator[Any, None] = world.agents.subscribe(
        "product", DOCUMENT, {}, ANONYMOUS, "bench"
    )
    async for result in results:
        if result.errors:
            raise result.errors[0]
        tally.add()


async def measure(
    world: World, name: str, listen: Listen, subscribers: int, events: int, each: int
) -> None:
    """`each` is how many subscribers an event is delivered to."""
    gc.collect()
    before = _resident()
    tally = Tally(events * each)
    tasks = [asyncio.create_task(listen(world, n, tally)) for n in range(1, subscribers + 1)]
    while world.hub.subscribers < subscribers:  # noqa: ASYNC110  # only the hub knows
        await asyncio.sleep(0.01)
    memory = max(0, _resident() - before) / subscribers / 1024
    cpu, clock = time.process_time(), time.perf_counter()
    await world.write(events)
    await tally.done.wait()
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    lost = tally.wanted - tally.count
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    per_delivery, per_event = cpu / tally.count * 1e6, cpu / events * 1e6
    click.echo(
        f"{name}: {subscribers} subscribers, {events} events, {tally.count} deliveries"
        f" ({lost} lost)\n    {memory:.1f} KiB per subscriber, {per_delivery:.2f} µs of CPU per"
        f" delivery, {per_event:.0f} per event, {tally.count / clock:.0f} deliveries/s"
    )


def _resident() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * PAGE


async def _capture(agent: str, path: str, defect: BaseException, correlation_id: str) -> str:
    raise defect


async def _measure_all(url: str, subscribers: int) -> None:
    await run.upgrade(url)
    db, carrying = Database(url), Database(url, connections=3)
    bell, defects = Bell(carrying), Defects(_capture)
    hub = Hub(db, defects)
    loops = [
        asyncio.create_task(bell.run()),
        asyncio.create_task(Sequencer(carrying, bell, defects).run()),
    ]
    async with db.unit_of_work() as work:
        await work.execute(WRITE)
    async with hub.running(LogSource(db, bell)):
        world = World(db, hub, Agents({"product": schema}, db, _capture, hub=hub))
        await measure(world, "everything, from the hub", everything, subscribers, 200, subscribers)
        await measure(world, "one thing each, from the hub", one_thing, subscribers, 2000, 1)
        await measure(world, "productChanged, one alone", graphql, 1, 500, 1)
        await measure(world, "productChanged, not shared", graphql, subscribers, 20, subscribers)
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    await db.close()
    await carrying.close()


@click.command()
@click.option("--subscribers", default=10_000, show_default=True)
def main(subscribers: int) -> None:
    """Print what 10,000 subscribers of one stream of events cost."""
    with ThrowAwayPostgres() as postgres:
        asyncio.run(_measure_all(postgres.url("postgres"), subscribers))


if __name__ == "__main__":
    main()
