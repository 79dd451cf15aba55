"""`souk down`: the end of what `souk up` started."""

from contextlib import nullcontext
from pathlib import Path

import click

from souk import configuration, running
from souk.cli import options, printing
from souk.development import stop


@click.command("down")
@options.data_dir
@options.as_json
def command(*, data_dir: Path | None, as_json: bool) -> None:
    """Let running requests finish, stop the platform, and wait for its end.

    A database that a killed platform left running is stopped too.
    """
    settings = configuration.load({"data_dir": data_dir}).settings
    with (
        printing.progress("Stopping Souk ...")
        if running.process(settings.run_dir)
        else nullcontext()
    ):
        pid = stop.stop(settings)
        orphan = pid is None and stop.stop_orphan(settings)
    if as_json:
        printing.print_json({"stopped": pid, "orphaned_database_stopped": orphan})
    elif pid is not None:
        click.echo(f"Souk has stopped (process {pid}).")
    elif orphan:
        click.echo("Souk was not running; its database was, and has stopped.")
    else:
        click.echo("Souk was not running.")
