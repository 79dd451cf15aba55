"""An order's saga, led to where it rests: its runner, its intents, and what the agents hear."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from events.event import Event
from events.outbox import emit
from models.database import Cause
from models.migrations.run import AGENTS
from subgraphs.inventory.timers import TIMERS
from subgraphs.kit.agents import Agents
from subgraphs.kit.intent_worker import Intents
from subgraphs.kit.roster import Roster
from subgraphs.kit.saga_worker import Sagas
from subgraphs.kit.schedule import Schedule
from subgraphs.kit.worker import Worker
from subgraphs.order.settings import OrderSettings
from tests.hearing import Hearing
from tests.order.desk import Desk
from tests.order.shop import Shop
from tests.platform import Platform

SAGA = """query ($id: ID!) { orderSaga(orderId: $id) { version state waitsFor dueAt endedAt
  steps { step subject generation state attempts made errorCode reason } } }"""
UNPAID = OrderSettings(unpaid=True)
BY_HAND = OrderSettings(unpaid=True, confirm_by_hand=True)


@dataclass
class Leading:
    """`settings` must be had before the order agent is first asked."""

    platform: Platform
    shop: Shop
    desk: Desk
    heard: dict[str, int] = field(default_factory=dict)

    def have(self, settings: OrderSettings, *others: str) -> None:
        """What the installation says of orders, and which agents it has besides."""
        self.platform.settings = {OrderSettings: settings}
        self.platform.others = frozenset(others)
        if "order" in self.platform._agents:
            agents = self.platform._agents["order"]
            roster = Roster(frozenset(AGENTS) | self.platform.others)
            self.platform._agents["order"] = replace(
                agents, settings={Roster: roster, **self.platform.settings}
            )

    @property
    def agents(self) -> Agents:
        return self.platform.agent("order")

    async def run(self) -> int:
        """The saga's runner alone, until nothing is due; how many claims it took."""
        agents, claims = self.agents, 0
        worker = Worker(agents.db, Sagas(agents), agents.capture)
        while claimed := await worker.tick():
            claims += claimed
        return claims

    async def go(self) -> None:
        """All of it, until nothing happens any more."""
        agents = self.agents
        while (
            await self.run()
            + await Worker(agents.db, Intents(agents), agents.capture).tick()
            + await self.listen("order")
            + await self.listen("inventory")
        ):
            pass

    async def listen(self, agent: str) -> int:
        hearing = Hearing(self.platform.agent(agent), agent, self.heard.get(agent, 0))
        concerned = await hearing.listen()
        self.heard[agent] = hearing.ordinal
        return concerned

    async def tell(self, *facts: Event) -> None:
        """Have this published, by whomever."""
        async with self.shop.db.unit_of_work(Cause("system", "req_told")) as work:
            emit(work, *facts)

    async def hurry(self) -> None:
        """Whatever was put off is due."""
        await self.sql("UPDATE platform.saga_step SET due_at = NULL WHERE state <> 'WAITING'")
        await self.sql("UPDATE platform.saga SET due_at = now() WHERE ended_at IS NULL")

    async def expire(self, order: str) -> None:
        """The time of the order's reservations is up, and inventory sees it."""
        await self.sql(
            "UPDATE platform.schedule SET due_at = now() - interval '1 s'"
            " WHERE timer = 'reservation_expiry'"
        )
        inventory = self.platform.agent("inventory")
        while await Schedule(inventory.db, TIMERS, inventory.capture).tick():
            pass
        assert "ACTIVE" not in [state for _, state in await self.shop.reservations(order)]

    async def sql(self, statement: str) -> list[Any]:
        returning = "" if statement.startswith("SELECT") else " RETURNING 1"
        return [tuple(row) for row in await self.shop.db.rows(text(statement + returning))]

    async def saga(self, order: str) -> Any:
        return (await self.desk.ask(SAGA, id=order))["orderSaga"]

    async def state(self, order: str) -> tuple[str, str | None]:
        saga = await self.saga(order)
        return saga["state"], saga["waitsFor"]

    async def steps(self, order: str) -> list[tuple[str, int, str]]:
        rows = (await self.saga(order))["steps"]
        return [(row["step"], row["generation"], row["state"]) for row in rows]

    async def status(self, order: str) -> str:
        return str((await self.shop.row(order)).status.name)
