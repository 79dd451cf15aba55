"""`souk events tail`: facts as they are told."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from events import log
from events.bell import STAMPED, Bell, Ring
from events.stamped import Stamped
from models.database import Database
from souk import configuration
from souk.cli import options
from souk.cli.events.database import database
from souk.cli.printing import print_json
from souk.settings import Settings

PAGE = 500
POLL = 0.5
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the log is shown; None is everything."""

    type: str | None
    subject: str | None
    correlation: str | None

    def admits(self, event: Stamped) -> bool:
        envelope = event.envelope
        wanted = (
            (self.type, envelope.type),
            (self.subject, envelope.subject),
            (self.correlation, envelope.correlation_id),
        )
        return all(asked in (None, found) for asked, found in wanted)


@click.command("tail")
@click.option("--type", help="Only events of this type, as order.placed.")
@click.option("--subject", help="Only those about this entity, as ord_...")
@click.option("--correlation", help="Only those of this chain of happenings.")
@click.option("--after", type=click.IntRange(0), help="Begin behind this position.")
@click.option("--follow/--no-follow", default=True, help="Wait for what comes.  [--follow]")
@options.data_dir
@options.as_json
def command(
    *,
    type: str | None,
    subject: str | None,
    correlation: str | None,
    after: int | None,
    follow: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Show the last 20 positions of the log, or those behind one, and what comes, until Ctrl-C."""
    settings = configuration.load({"data_dir": data_dir}).settings
    wanted = Filter(type, subject, correlation)
    try:
        asyncio.run(_tail(settings, wanted, after, follow, as_json))
    except KeyboardInterrupt:
        sys.exit(0)


async def _tail(
    settings: Settings, wanted: Filter, after: int | None, follow: bool, as_json: bool
) -> None:
    async with database(settings, connections=2) as db:
        start = max(0, await log.last(db) - SHOWN) if after is None else after
        async for event in _events(db, start, follow):
            if wanted.admits(event):
                _show(event, as_json)


async def _events(db: Database, position: int, follow: bool) -> AsyncIterator[Stamped]:
    bell, ring = Bell(db, (STAMPED,)), Ring()
    bell.on(STAMPED, ring)
    listening = asyncio.create_task(bell.run())
    try:
        while True:
            page = await log.after(db, position, PAGE)
            for event in page:
                yield event
                position = event.position
            if len(page) < PAGE:
                if not follow:
                    return
                await ring.wait(POLL)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def _show(event: Stamped, as_json: bool) -> None:
    envelope = event.envelope
    if as_json:
        print_json({"position": event.position, **asdict(envelope)})
    else:
        at = f"{envelope.occurred_at:%H:%M:%S}"
        data = json.dumps(envelope.data, separators=(",", ":"))
        click.echo(f"{event.position}  {at}  {envelope.type}  {envelope.subject}  {data}")
    sys.stdout.flush()
