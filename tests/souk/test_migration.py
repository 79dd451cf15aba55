"""Migrating and seeding as an operator meets them: without the rights, and twice at once."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from models.migrations import run
from models.migrations.grants import role_of
from souk.migration import migrate
from souk.problems import Problem
from souk.seed import seed
from tests.postgres import PLATFORM, Server
from tests.souk.embedded.queries import query


@pytest.fixture
async def plain(server: Server) -> AsyncIterator[str]:
    """The URL of an empty database whose owner may not create roles."""
    await server.command("CREATE ROLE plain LOGIN")
    await server.command("CREATE DATABASE plain OWNER plain")
    yield server.url("plain", "plain")
    await server.command("DROP DATABASE plain WITH (FORCE)")
    await server.command("DROP ROLE plain")


async def test_a_user_without_the_rights_is_told_in_one_line(plain: str) -> None:
    with pytest.raises(Problem) as problem:
        await migrate(plain, lambda line: None)
    assert problem.value.what == (
        "the user of DATABASE_URL may not migrate the database "
        '(permission denied to grant role "souk_customer")'
    )
    assert "CREATEROLE" in problem.value.mend
    assert "souk_product" in problem.value.mend
    assert await query(plain, "SELECT nspname FROM pg_namespace WHERE nspname = 'platform'") == []


async def test_somebody_elses_database(server: Server, plain: str) -> None:
    async with server.database() as name:
        with pytest.raises(Problem, match=r"permission denied|must be owner"):
            await migrate(server.url(name, "plain"), lambda line: None)


async def test_roles_that_an_administrator_has_made_and_granted_will_do(
    server: Server, plain: str
) -> None:
    for agent in run.AGENTS:
        await server.command(f"GRANT souk_{agent} TO plain WITH SET TRUE")
    await migrate(plain, lambda line: None)
    assert await query(plain, "SELECT count(*) FROM platform.schedule") == [(0,)]


async def test_the_platforms_functions_are_for_agents_only(server: Server) -> None:
    """Two of them make and drop tables with the rights of who migrated."""
    may = """SELECT proname FROM pg_proc WHERE pronamespace = 'platform'::regnamespace
        AND has_function_privilege('{}', oid, 'EXECUTE') ORDER BY proname"""
    parts = "SELECT inhrelid FROM pg_inherits WHERE inhparent = 'platform.event_log'::regclass"
    await server.command("CREATE ROLE stranger LOGIN")
    async with server.database() as name:
        owner = server.url(name)
        await query(owner, "GRANT USAGE ON SCHEMA platform TO stranger")
        before = await query(owner, parts)
        for call in ("log_room(5000000, 1000000)", "log_prune(now())"):
            with pytest.raises(DBAPIError, match="permission denied for function log_"):
                await query(server.url(name, "stranger"), f"SELECT platform.{call}")
        assert await query(owner, parts) == before
        assert await query(owner, may.format("stranger")) == []
        everything = await query(owner, may.format(PLATFORM))
        assert {("log_prune",), ("log_room",), ("stamp",)} < set(everything)
        for agent in run.AGENTS:
            assert await query(owner, may.format(role_of(agent))) == everything
    await server.command("DROP ROLE stranger")


def test_the_folder_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "50% off: all; yes" / "migrations"
    shutil.copytree(run.HERE, copy)
    monkeypatch.setattr(run, "HERE", copy)
    heads = ScriptDirectory.from_config(run._config(cast(Connection, None))).get_heads()
    assert len(heads) == len(run.AGENTS) + 1


async def test_two_that_seed_at_once_seed_once(server: Server) -> None:
    async with server.database() as name:
        said: list[str] = []
        await asyncio.gather(*(seed(server.url(name), said.append) for _ in range(2)))
        assert [line.split()[2] for line in sorted(said)] == [
            "orders,", "stock", "products", "customers", "events",
        ]  # fmt: skip
        await seed(server.url(name), said.append)
        assert len(said) == 5


SUMS = {
    "what is on hand is what came and went": """
        SELECT level.id FROM inventory.stock_level AS level
        LEFT JOIN inventory.stock_movement AS movement ON movement.stock_level_id = level.id
        GROUP BY level.id HAVING coalesce(sum(delta), 0)
            <> min(available + reserved + quarantined + damaged)""",
    "what is reserved is what reservations hold": """
        SELECT level.id FROM inventory.stock_level AS level
        LEFT JOIN inventory.reservation_line AS line ON line.stock_level_id = level.id
        GROUP BY level.id HAVING coalesce(sum(line.reserved + line.committed), 0)
            <> min(level.reserved)""",
    "every line of a placed order has its reservation": """
        SELECT line.id FROM "order".orders JOIN "order".order_line AS line ON order_id = orders.id
        LEFT JOIN inventory.reservation_line AS kept ON kept.reservation_id = orders.reservation_id
            AND kept.variant_id = line.variant_id
        WHERE status <> 'DRAFT' AND quantity IS DISTINCT FROM
            kept.reserved + kept.committed + kept.consumed + kept.released""",
    "an order is the sum of its lines": """
        SELECT orders.id FROM "order".orders
        JOIN "order".order_line AS line ON line.order_id = orders.id
        WHERE status <> 'DRAFT' GROUP BY orders.id
        HAVING (sum(net), sum(line.tax) + min(shipping_tax))
            <> (min(subtotal), min(orders.tax))
            OR min(subtotal + shipping + orders.tax - orders.discount) <> min(total)""",
    "nothing is younger than the example shop's present": """
        SELECT id FROM inventory.stock_movement WHERE at > '2026-11-01 12:00Z'
        UNION SELECT id FROM "order".orders WHERE placed_at > '2026-11-01 12:00Z'""",
    "what is bought exists, at its price": """
        SELECT line.id FROM "order".order_line AS line JOIN "order".orders ON order_id = orders.id
        LEFT JOIN product.price ON price.variant_id = line.variant_id
            AND price.currency = orders.currency
        WHERE amount IS DISTINCT FROM unit_price""",
}


async def test_the_example_shop_adds_up(server: Server) -> None:
    async with server.database() as name:
        await seed(server.url(name), lambda line: None)
        wrong = {rule: await query(server.url(name, "postgres"), sql) for rule, sql in SUMS.items()}
        assert wrong == {rule: [] for rule in SUMS}
