"""The example shop's past, carried by the bus as everything else: remembered, not acted on."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from souk.eventwork import event_work
from souk.keys import SigningKey
from souk.settings import Settings
from tests.callers import ADMIN
from tests.events.traffic import until
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.operations import order_of
from tests.workflows.shop import Shop, in_process

PROGRESS = text("""
    SELECT (SELECT count(*) FROM platform.outbox) + (SELECT count(*) FROM platform.event_log)
        AS told, (SELECT count(*) FROM monitoring.platform_event) AS remembered
""")
SET_OFF = text("""
    SELECT type FROM platform.outbox WHERE NOT seed
    UNION ALL SELECT type FROM platform.event_log WHERE NOT seed
    UNION ALL SELECT reason FROM platform.dead_letter
""")
UNTOLD = text("""
    SELECT id FROM "order".orders WHERE status <> 'DRAFT' AND NOT EXISTS (
        SELECT FROM monitoring.timeline WHERE timeline.id = orders.id
            AND timeline.customer_id = orders.customer_id)
""")
TIMELINE = """query ($id: ID!) { order(id: $id) { timeline(orderBy: { direction: ASC }) {
    edges { node { type occurredAt } } } } }"""


@pytest.fixture
async def shop(
    server: Server, example_template: None, installation_key: SigningKey, tmp_path: Path
) -> AsyncIterator[Shop]:
    """An example shop whose events are carried."""
    async with (
        seeded.clone(server) as name,
        in_process(partial(server.url, name), installation_key, tmp_path) as shop,
        event_work(Settings(), server.url(name), shop.agents["monitoring"]),
    ):
        yield shop


async def test_it_fills_the_timelines_and_sets_nothing_off(shop: Shop) -> None:
    [db] = shop.databases
    [row] = await until(lambda: db.rows(PROGRESS), lambda rows: rows[0].remembered == rows[0].told)
    assert row.told > 4000
    assert await db.rows(UNTOLD) == []
    assert await db.rows(SET_OFF) == []
    answer = await shop.ask(TIMELINE, ADMIN, {"id": order_of("COMPLETED").id})
    edges = answer["data"]["order"]["timeline"]["edges"]
    assert [edge["node"]["type"] for edge in edges] == [
        "reservation.created",
        "order.placed",
        "reservation.committed",
        "order.confirmed",
        "order.delivered",
        "order.completed",
    ]
    times = [edge["node"]["occurredAt"] for edge in edges]
    assert times == sorted(times)
