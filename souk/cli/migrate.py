"""`souk migrate`: the database's schema at this version."""

import asyncio
from pathlib import Path

import click

from souk import configuration
from souk.cli import options
from souk.database import open_database
from souk.development.drift import check_migrations
from souk.migration import migrate
from souk.settings import Settings


@click.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; fail where models and they disagree.")
@options.data_dir
def command(*, check: bool, data_dir: Path | None) -> None:
    """Run the migrations that the database lacks, of all agents; a running platform may go on.

    With --check they run on a throw-away server, and the result is compared with the models.
    """
    if check:
        asyncio.run(check_migrations())
        click.echo("The migrations make what the models declare.")
    else:
        asyncio.run(_run(configuration.load({"data_dir": data_dir}).settings))


async def _run(settings: Settings) -> None:
    async with open_database(settings, share=True) as server:
        await migrate(server.url, click.echo)
