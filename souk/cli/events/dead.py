"""`souk events dead`: the events that wait in the park, and those that were none."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from events.mending import DeadLetter, MalformedEvent, dead_letters, malformed_events
from souk import configuration
from souk.cli import options
from souk.cli.events.database import database
from souk.cli.printing import print_json, print_table
from souk.settings import Settings


@click.command("dead")
@click.argument("consumer", required=False)
@click.argument("key", required=False)
@options.data_dir
@options.as_json
def command(*, consumer: str | None, key: str | None, data_dir: Path | None, as_json: bool) -> None:
    """List the events of parked keys, in order, and what could not be read as an event."""
    settings = configuration.load({"data_dir": data_dir}).settings
    letters, malformed = asyncio.run(_look(settings, consumer, key))
    if as_json:
        rows = {"dead": [asdict(each) for each in letters]}
        print_json(rows | {"malformed": [asdict(each) for each in malformed]})
        return
    if not letters and not malformed:
        click.echo("No event waits, and none was malformed.")
    if letters:
        _print_letters(letters)
    if malformed:
        _print_malformed(malformed)


async def _look(
    settings: Settings, consumer: str | None, key: str | None
) -> tuple[list[DeadLetter], list[MalformedEvent]]:
    async with database(settings) as db:
        bad = [] if key is not None else await malformed_events(db, consumer)
        return await dead_letters(db, consumer, key), bad


def _print_letters(letters: list[DeadLetter]) -> None:
    table = Table("Consumer", "Key", "Position", "Type", "Event", "Replays", "Reason",
                  box=None, padding=(0, 2, 0, 0))  # fmt: skip
    for each in letters:
        numbers = str(each.position), each.type, each.id, str(each.attempts)
        table.add_row(each.consumer, each.key, *numbers, each.reason or "behind another")
    print_table(table)


def _print_malformed(malformed: list[MalformedEvent]) -> None:
    click.echo("\nMalformed")
    table = Table("Consumer", "Where", "Since", "Reason", box=None, padding=(0, 2, 0, 0))
    for each in malformed:
        since = f"{each.received_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(each.consumer, each.source, since, each.reason)
    print_table(table)
