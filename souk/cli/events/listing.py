"""`souk events list`: the catalog."""

from dataclasses import asdict

import click
from rich.table import Table

from souk.cli import options
from souk.cli.printing import print_json, print_table
from souk.event_types import EventType, event_types


@click.command("list")
@options.as_json
def command(*, as_json: bool) -> None:
    """List every event type: who publishes it, who may read of it, who consumes it."""
    found = event_types()
    if as_json:
        print_json([asdict(each) for each in found])
        return
    table = Table(
        "Type", "Version", "Publisher", "Audience", "Consumers", "Fields",
        box=None, padding=(0, 2, 0, 0),
    )  # fmt: skip
    for each in found:
        table.add_row(*_row(each))
    print_table(table)


def _row(each: EventType) -> tuple[str, ...]:
    consumers, fields = ", ".join(each.consumers) or "-", ", ".join(each.fields) or "-"
    return each.type, str(each.version), each.publisher, each.audience, consumers, fields
