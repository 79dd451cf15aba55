"""`souk events`: the facts that agents tell each other."""

import click

from souk.cli.group import Commands

COMMANDS = {
    "list": ("souk.cli.events.listing", "List all event types of the catalog."),
    "show": ("souk.cli.events.show", "Show one event type, or one event."),
    "schema": ("souk.cli.events.schema", "Write the catalog's AsyncAPI document."),
}


@click.group("events", cls=Commands, commands_by_name=COMMANDS, aliases={})
def command() -> None:
    """Look at the facts that agents tell each other: their types, and what was told."""
