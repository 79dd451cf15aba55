"""`souk plan`: how the gateway would answer a query."""

import sys

import click

from souk.cli import options
from souk.supergraph import plan_text


@click.command("plan")
@click.argument("query")
@options.as_json
def command(*, query: str, as_json: bool) -> None:
    """Plan QUERY without running it: the steps, what each needs, and which agent answers.

    QUERY is the text of an operation, or - to read it from standard input.
    """
    text = sys.stdin.read() if query == "-" else query
    click.echo(plan_text(text, as_json))
