"""`souk events show`: one type of the catalog, or one event that was told."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click

from events.lookup import Told, find
from models.database import Database
from souk import configuration
from souk.cli import options, printing
from souk.database import open_database
from souk.event_types import event_type
from souk.problems import Problem
from souk.settings import Settings


@click.command("show")
@click.argument("type_or_id")
@options.data_dir
@options.as_json
def command(*, type_or_id: str, data_dir: Path | None, as_json: bool) -> None:
    """Show an event type (order.placed) with its fields, or an event (evt_...) with its data."""
    if type_or_id.startswith("evt_"):
        told = asyncio.run(_told(configuration.load({"data_dir": data_dir}).settings, type_or_id))
        rows = {"position": told.position, **asdict(told.envelope)}
        part = "data"
    else:
        rows, part = asdict(event_type(type_or_id)), "fields"
    if as_json:
        printing.print_json(rows)
        return
    inner = rows.pop(part)
    printing.print_pairs({_title(name): _text(value) for name, value in rows.items()})
    if inner:
        click.echo(f"\n{_title(part)}")
        printing.print_pairs({name: _text(value) for name, value in inner.items()})


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: object) -> object:
    """Nothing for what is not there; lists and groups as JSON."""
    if value is None or value == () or value == "":
        return None
    if isinstance(value, tuple):
        return ", ".join(value)
    return json.dumps(value) if isinstance(value, list | dict | bool) else value


async def _told(settings: Settings, id: str) -> Told:
    async with open_database(settings, share=True) as server:
        db = Database(server.url, connections=1)
        try:
            told = await find(db, id)
        finally:
            await db.close()
    if told is None:
        raise Problem(f"there is no event {id}", "It may be older than the log")
    return told
