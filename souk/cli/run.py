"""What `souk up` is in the foreground: the one that holds the data folder and serves."""

from pathlib import Path

import click

from souk import configuration, foreground, running
from souk.assembly import run_platform
from souk.cli import options


@click.command("run", hidden=True)
@options.host
@options.port
@options.data_dir
def command(*, host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Serve the platform until SIGTERM or Ctrl-C."""
    flags = {"host": host, "port": port, "data_dir": data_dir}
    settings = configuration.load(flags).settings
    with running.held(settings.run_dir):
        foreground.run(run_platform(settings))
