"""`souk seed`: the example shop."""

import asyncio
from pathlib import Path

import click

from souk import configuration
from souk.cli import options
from souk.database import open_database
from souk.migration import migrate
from souk.problems import Problem
from souk.seed import seed
from souk.settings import Settings


@click.command("seed")
@options.data_dir
def command(*, data_dir: Path | None) -> None:
    """Fill the database with products, stock, customers and orders; a second run adds nothing."""
    asyncio.run(_run(configuration.load({"data_dir": data_dir}).settings))


async def _run(settings: Settings) -> None:
    if not settings.development:
        raise Problem(
            "the example shop is not for production",
            "Set SOUK_ENV=development, with another database",
        )
    async with open_database(settings, share=True) as server:
        await migrate(server.url, click.echo)
        await seed(server.url, click.echo)
