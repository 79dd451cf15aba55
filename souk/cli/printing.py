"""How commands print: JSON for programs, a small table for people, progress on standard error."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from souk.development.detach import Progress

WIDEST = 4_096


def print_json(value: object) -> None:
    click.echo(json.dumps(value, default=str))


def print_pairs(rows: Mapping[str, object]) -> None:
    """Names and values, one pair a line; a pair without a value is left out."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column()
    for name, value in rows.items():
        if value is not None:
            table.add_row(name, str(value))
    print_table(table)


def print_table(table: Table) -> None:
    """A table as wide as its content: what is copied from it has no line break in it."""
    console = Console(highlight=False, markup=False, width=WIDEST)
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        click.echo(line.rstrip())


@contextmanager
def progress(first: str) -> Iterator[Progress]:
    """A line that follows the work on a terminal, and stands alone where there is none."""
    if not sys.stderr.isatty():
        click.echo(first, err=True)
        yield lambda line: None
        return
    with Console(stderr=True).status(first) as status:
        yield lambda line: status.update(line or first)
