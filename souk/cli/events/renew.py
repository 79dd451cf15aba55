"""`souk events renew`: a new incarnation of the log, after its database was restored."""

import asyncio
import sys
from pathlib import Path

import click

from events.renewal import StillLed, renew
from souk import configuration
from souk.cli import options
from souk.cli.events.database import database
from souk.problems import Problem
from souk.settings import Settings

MEANS = (
    "The log gets a new incarnation: the cursors that clients hold expire, and records of the old"
    " log that are still on the broker are ignored."
)


@click.command("renew")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.data_dir
def command(*, yes: bool, data_dir: Path | None) -> None:
    """Give the log a new incarnation: once a database was restored, before the platform starts.

    The restored log gives positions to events anew that others had before: by the incarnation
    clients and readers of the broker tell them from those. No event of this database is lost.
    """
    settings = configuration.load({"data_dir": data_dir}).settings
    click.echo(MEANS)
    if not yes:
        if not sys.stdin.isatty():
            raise Problem("nobody can be asked whether to go on", "Say --yes")
        click.confirm("Go on?", abort=True)
    click.echo(f"The log is {asyncio.run(_renew(settings))} now.")


async def _renew(settings: Settings) -> str:
    try:
        async with database(settings) as db, db.unit_of_work() as work:
            return await renew(work)
    except StillLed as error:
        raise Problem(
            "a platform runs on this database, or did until some seconds ago",
            "Stop all its processes (`souk down`), and repeat this",
        ) from error
