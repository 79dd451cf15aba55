"""The oldest PostgreSQL that is supported: migrated, seeded and sold from, as a plain user."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from models.database import Database
from models.migrations import run
from models.migrations.grants import role_of
from souk.embedded import programs
from souk.seed import seed
from souk.seed.catalogue import products
from souk.seed.people import customers
from souk.seed.stock import shelves
from tests.callers import customer
from tests.platform import Platform

pytestmark = pytest.mark.postgresql15

BINARIES = Path("/usr/lib/postgresql/15/bin")
OPTIONS = "-c listen_addresses= -c fsync=off -c max_connections=60"
METHODS = """query($c: String!) {
    shippingMethods(country: $c, currency: EUR) { edges { node { id } } } }"""
BUY = """mutation($input: CreateOrderInput!) { createOrder(input: $input) {
    order { status lines { quantity variant { sku availability { available } } } }
    errors { code message } } }"""


@pytest.fixture(scope="module")
def sockets() -> Iterator[Path]:
    """Where a throw-away server of version 15 listens."""
    account = programs.account()
    with tempfile.TemporaryDirectory(prefix="souk15-", dir="/tmp") as name:
        folder = Path(name)
        programs.hand_over(folder, account)

        def run_program(program: str, *arguments: str) -> None:
            subprocess.run(
                [*account.prefix, str(BINARIES / program), "-D", str(folder / "data"), *arguments],
                check=True,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                user=account.user,
            )

        run_program("initdb", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} {OPTIONS}"
        run_program("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield folder
        run_program("pg_ctl", "-w", "-m", "immediate", "stop")


async def _shop(sockets: Path, rights: str, name: str) -> str:
    """The URL of a new database, as a user with these rights."""
    admin = create_async_engine(
        f"postgresql+asyncpg://postgres@/postgres?host={sockets}", isolation_level="AUTOCOMMIT"
    )
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE ROLE {name} LOGIN NOSUPERUSER {rights}"))
        await connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
    await admin.dispose()
    return f"postgresql+asyncpg://{name}@/{name}?host={sockets}"


async def test_the_shop_runs_on_version_15(sockets: Path, tmp_path: Path) -> None:
    url = await _shop(sockets, "CREATEROLE", "shop")
    await run.upgrade(url)
    await run.check(url)
    await seed(url, lambda line: None)
    databases = {agent: Database(url, role=role_of(agent), connections=4) for agent in run.AGENTS}
    platform = Platform(databases, tmp_path / "spool")
    sold = {v.id for plan in products() if plan.status == "ACTIVE" for v in plan.variants}
    shelf = next(s for s in shelves() if s.available > 20 and s.variant_id in sold)
    buyer = next(each for each in customers() if each.currency == "EUR" and each.status == "ACTIVE")
    home = buyer.addresses[0]
    methods = await platform.through_gateway(
        METHODS,
        customer(buyer.id),
        {"c": home.country},
    )
    answer = await platform.through_gateway(
        BUY,
        customer(buyer.id),
        {
            "input": {
                "currency": "EUR",
                "place": True,
                "idempotencyKey": "first",
                "lines": [{"variantId": shelf.variant_id, "quantity": 2}],
                "shippingMethodId": methods["data"]["shippingMethods"]["edges"][0]["node"]["id"],
                "shippingAddress": {
                    "name": buyer.name,
                    "line1": home.line1,
                    "postalCode": home.postal_code,
                    "city": home.city,
                    "country": home.country,
                },
            }
        },
    )
    assert "errors" not in answer, answer
    assert answer["data"]["createOrder"]["errors"] == []
    order = answer["data"]["createOrder"]["order"]
    assert (order["status"], order["lines"][0]["quantity"]) == ("PLACED", 2)
    kept = sum(each.available for each in shelves() if each.variant_id == shelf.variant_id)
    assert order["lines"][0]["variant"]["availability"] == {"available": kept - 2}
    for db in databases.values():
        await db.close()
