"""`souk serve`: one agent alone."""

from pathlib import Path

import click

from souk import configuration, foreground
from souk.assembly import run_agent
from souk.cli import options


@click.command("serve")
@click.argument("agent")
@click.option("--port", type=click.IntRange(0, 65_535), required=True)
@options.host
@options.data_dir
def command(*, agent: str, port: int, host: str | None, data_dir: Path | None) -> None:
    """Serve the subgraph of AGENT over HTTP, until Ctrl-C."""
    settings = configuration.load({"host": host, "data_dir": data_dir}).settings
    foreground.run(run_agent(settings, agent, port))
