"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])

data_dir = click.option(
    "--data-dir",
    type=click.Path(file_okay=True, path_type=Path),
    help="The folder of database, keys and logs.  [.souk]",
)
host = click.option("--host", help="The address to listen on.  [127.0.0.1]")
port = click.option("--port", type=click.IntRange(0, 65_535), help="The port.  [4000]")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
