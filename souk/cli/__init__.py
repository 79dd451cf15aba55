"""The command line. A command's module is loaded when the command is called, and not before."""

import sys

import click

from souk.cli.group import Commands
from souk.problems import Problem

COMMANDS = {
    "up": ("souk.cli.up", "Start everything; stays in the foreground unless --detach."),
    "down": ("souk.cli.down", "Stop what `souk up` started."),
    "status": ("souk.cli.status", "Show whether Souk runs, where, and how it is."),
    "token": ("souk.cli.token", "Sign a token for an admin, a member of staff or a customer."),
    "config": ("souk.cli.config", "List every setting, its value and where it comes from."),
    "migrate": ("souk.cli.migrate", "Bring the database to this version's schema."),
    "revise": ("souk.cli.revise", "Write the migration that an agent's changed tables need."),
    "seed": ("souk.cli.seed", "Fill the database with the example shop."),
    "compose": ("souk.cli.compose", "Compose the agents' schemas to the supergraph."),
    "events": ("souk.cli.events", "Look at the facts that agents tell each other."),
    "plan": ("souk.cli.plan", "Show how the gateway would answer a query."),
    "serve": ("souk.cli.serve", "Serve one agent's subgraph over HTTP."),
}
ALIASES = {"stop": "down"}


@click.group(
    cls=Commands,
    commands_by_name=COMMANDS,
    aliases=ALIASES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="souk")
def cli() -> None:
    """Souk: a shop of many agents behind one GraphQL API.

    Settings come from souk.toml, the environment (SOUK_...) and these commands' flags.
    """


def main() -> None:
    """Run a command: 0 is fine, 1 failed, 2 not understood, 3 not running."""
    try:
        cli(prog_name="souk")
    except Problem as problem:
        click.echo(f"souk: {problem}", err=True)
        sys.exit(1)
