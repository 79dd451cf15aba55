"""How commands print: JSON for programs, a small table for people, progress on standard error."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from souk.development.detach import Progress


def print_json(value: object) -> None:
    click.echo(json.dumps(value, default=str))


def print_table(rows: Mapping[str, object]) -> None:
    """Names and values; a value is never cut, so that it can be copied."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        if value is not None:
            table.add_row(name, str(value))
    console().print(table)


def console() -> Console:
    # A pipe has no width of its own: 80 columns would break what is copied from it.
    return Console(
        highlight=False, markup=False, soft_wrap=True, width=None if _terminal() else 1_000
    )


@contextmanager
def progress(first: str) -> Iterator[Progress]:
    """A line that follows the work on a terminal, and stands alone where there is none."""
    if not sys.stderr.isatty():
        click.echo(first, err=True)
        yield lambda line: None
        return
    with Console(stderr=True).status(first) as status:
        yield lambda line: status.update(line or first)


def _terminal() -> bool:
    return sys.stdout.isatty()
