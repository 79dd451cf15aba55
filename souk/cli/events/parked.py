"""`souk events parked`: the keys whose events wait, and the streams that do not get on."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from events.mending import Failing, ParkedKey, failing, parked_keys
from souk import configuration
from souk.cli import options
from souk.cli.events.database import database
from souk.cli.printing import print_json, print_table
from souk.settings import Settings


@click.command("parked")
@click.argument("consumer", required=False)
@options.data_dir
@options.as_json
def command(*, consumer: str | None, data_dir: Path | None, as_json: bool) -> None:
    """List the keys that are parked, of one CONSUMER or of all, and what keeps failing in passing.

    `souk events replay CONSUMER KEY` lets a key's events take effect once the cause is mended.
    """
    settings = configuration.load({"data_dir": data_dir}).settings
    keys, streams = asyncio.run(_look(settings, consumer))
    if as_json:
        rows = {"parked": [asdict(each) for each in keys]}
        print_json(rows | {"failing": [asdict(each) for each in streams]})
        return
    _print_keys(keys)
    _print_streams(streams)


async def _look(settings: Settings, consumer: str | None) -> tuple[list[ParkedKey], list[Failing]]:
    async with database(settings) as db:
        return await parked_keys(db, consumer), await failing(db, consumer)


def _print_keys(keys: list[ParkedKey]) -> None:
    if not keys:
        click.echo("No key is parked.")
        return
    table = Table("Consumer", "Key", "Waiting", "Since", "Reason", box=None, padding=(0, 2, 0, 0))
    for key in keys:
        since = f"{key.parked_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(key.consumer, key.key, str(key.waiting), since, key.reason)
    print_table(table)


def _print_streams(streams: list[Failing]) -> None:
    if not streams:
        return
    click.echo("\nTried again and again")
    table = Table("Consumer", "Stream", "After", "Attempts", "Since", "Failure",
                  box=None, padding=(0, 2, 0, 0))  # fmt: skip
    for each in streams:
        stream, since = f"{each.agent}/{each.partition}", f"{each.failing_since:%Y-%m-%d %H:%M:%S}"
        row = (stream, str(each.position), str(each.attempts), since, each.failure)
        table.add_row(each.consumer, *row)
    print_table(table)
