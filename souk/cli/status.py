"""`souk status`: does it run, where, and how is it."""

import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from souk import configuration
from souk.cli import options, printing
from souk.development.status import Status, status

NOT_RUNNING = 3


@click.command("status")
@options.data_dir
@options.as_json
def command(*, data_dir: Path | None, as_json: bool) -> None:
    """Show state, process, uptime, addresses, database and health; exits with 3 if not running."""
    found = status(configuration.load({"data_dir": data_dir}).settings)
    if as_json:
        printing.print_json(asdict(found))
    else:
        printing.print_pairs(_rows(found))
    if not found.running:
        sys.exit(NOT_RUNNING)


def _rows(found: Status) -> dict[str, object]:
    uptime = found.uptime_seconds
    return {
        "State": found.state,
        "Process": found.pid,
        "Uptime": None if uptime is None else timedelta(seconds=round(uptime)),
        "GraphQL": None if found.url is None else f"{found.url}/graphql",
        "GraphiQL": found.graphiql,
        "Database": found.database,
        "Health": found.health,
    }
