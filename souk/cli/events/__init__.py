"""`souk events`: the facts that agents tell each other."""

import click

from souk.cli.group import Commands

COMMANDS = {
    "list": ("souk.cli.events.listing", "List all event types of the catalog."),
    "show": ("souk.cli.events.show", "Show one event type, or one event."),
    "tail": ("souk.cli.events.tail", "Show events as they are told."),
    "parked": ("souk.cli.events.parked", "List the keys whose events wait."),
    "dead": ("souk.cli.events.dead", "List the events that wait, and what was malformed."),
    "park": ("souk.cli.events.park", "Let the events of a key wait."),
    "replay": ("souk.cli.events.replay", "Let what waited for a key take effect."),
    "forget": ("souk.cli.events.forget", "Forget a consumer that is no more."),
    "renew": ("souk.cli.events.renew", "Give a restored log a new incarnation."),
    "schema": ("souk.cli.events.schema", "Write the catalog's AsyncAPI document."),
}


@click.group("events", cls=Commands, commands_by_name=COMMANDS, aliases={})
def command() -> None:
    """Look at the facts that agents tell each other: their types, and what was told."""
