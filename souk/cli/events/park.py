"""`souk events park`: an operator's way past an event that will not go through."""

import asyncio
from pathlib import Path

import click

from events.parking import park
from souk import configuration
from souk.cli import options
from souk.cli.events.consumers import known
from souk.cli.events.database import database
from souk.settings import Settings


@click.command("park")
@click.argument("consumer")
@click.argument("key")
@options.data_dir
def command(*, consumer: str, key: str, data_dir: Path | None) -> None:
    """Let the events of KEY (ord_...) wait for CONSUMER, so that those of other keys go on.

    For what fails in passing and does not pass; what fails for good parks its key by itself.
    """
    known(consumer)
    settings = configuration.load({"data_dir": data_dir}).settings
    new = asyncio.run(_park(settings, consumer, key))
    click.echo(f"{key} is parked for {consumer}." if new else f"{key} was parked already.")


async def _park(settings: Settings, consumer: str, key: str) -> bool:
    async with database(settings) as db, db.unit_of_work() as work:
        return await park(work, consumer, key)
