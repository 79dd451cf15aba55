"""`souk config`: what holds, and why."""

from pathlib import Path

import click
from rich.table import Table

from souk import configuration
from souk.cli import options, printing


@click.command("config")
@options.data_dir
@options.as_json
def command(*, data_dir: Path | None, as_json: bool) -> None:
    """List every setting with its value and its source; secrets are masked.

    A later source wins: default, souk.toml, environment, flag.
    """
    found = configuration.load({"data_dir": data_dir})
    values = configuration.shown(found.settings)
    if as_json:
        each = {
            name: {
                "value": value,
                "source": found.origins[name],
                "variable": configuration.variable(name),
            }
            for name, value in values.items()
        }
        printing.print_json(each)
        return
    table = Table("Setting", "Value", "From", "Variable", box=None, padding=(0, 2, 0, 0))
    for name, value in values.items():
        text = "" if value is None else str(value)
        table.add_row(name, text, found.origins[name], configuration.variable(name))
    printing.print_table(table)
