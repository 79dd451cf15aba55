"""`souk events forget`: the end of a consumer that the installation has no more."""

import asyncio
from pathlib import Path

import click

from events.forgetting import Forgotten, forget, remembered
from souk import configuration
from souk.cli import options
from souk.cli.events.consumers import names
from souk.cli.events.database import database
from souk.problems import Problem
from souk.settings import Settings


@click.command("forget")
@click.argument("consumer")
@click.option(
    "--with-dead-letters", "letters", is_flag=True, help="Remove the events that wait for it, too."
)
@options.data_dir
def command(*, consumer: str, letters: bool, data_dir: Path | None) -> None:
    """Remove how far CONSUMER has come: an agent that is gone would hold the log for ever.

    End its processes first: one that runs on begins with the oldest event again.
    """
    if consumer in names():
        raise Problem(
            f"{consumer} is a consumer of this installation",
            "Take its agent out of supergraph.yaml first",
        )
    settings = configuration.load({"data_dir": data_dir}).settings
    found = asyncio.run(_forget(settings, consumer, letters))
    _say(consumer, found, letters)


async def _forget(settings: Settings, consumer: str, letters: bool) -> Forgotten:
    async with database(settings) as db, db.unit_of_work() as work:
        found = await forget(work, consumer, letters=letters)
        if found is None:
            gone = sorted(set(await remembered(work)) - set(names()))
            raise Problem(
                f"nothing is known of a consumer {consumer}",
                f"Those that are gone: {', '.join(gone) or 'none'}",
            )
    return found


def _say(consumer: str, found: Forgotten, letters: bool) -> None:
    if found.since is None:
        click.echo(f"{consumer} held nothing of the log.")
    else:
        click.echo(f"{consumer} held {found.streams} streams since position {found.since}.")
    if found.keys or found.letters:
        what = f"{found.letters} events of {found.keys} parked keys"
        click.echo(
            f"{what} are removed."
            if letters
            else f"{what} still wait for it: --with-dead-letters removes them."
        )
