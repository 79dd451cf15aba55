"""`souk compose`: the supergraph's files, and how they differ from those of before."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from gateway.composition.diff import SEVERITIES, Change
from souk.cli import options
from souk.cli.printing import print_json, print_table
from souk.supergraph import changes_since, compose_files


@click.command("compose")
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is out of date.")
@click.option(
    "--diff",
    "old",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write nothing; list what changes from the supergraph in this file, and fail where an "
    "operation that was valid may break.",
)
@options.as_json
def command(*, check: bool, old: Path | None, as_json: bool) -> None:
    """Write each agent's schema.graphql and the supergraph.graphql that follows from them."""
    if old is not None:
        if check:
            raise click.UsageError("--check and --diff do not go together.")
        _show(changes_since(old), as_json)
        return
    if as_json:
        raise click.UsageError("--json needs --diff.")
    compose_files(check)
    click.echo("The schema files are up to date." if check else "The schema files are written.")


def _show(changes: list[Change], as_json: bool) -> None:
    counts = {each: sum(c.severity == each for c in changes) for each in SEVERITIES}
    if as_json:
        print_json({"counts": counts, "changes": [asdict(change) for change in changes]})
    elif not changes:
        click.echo("Nothing changes.")
    else:
        table = Table("Severity", "Kind", "Change", box=None, padding=(0, 2, 0, 0))
        for change in changes:
            table.add_row(change.severity, change.code, change.message)
        print_table(table)
        click.echo(", ".join(f"{count} {severity}" for severity, count in counts.items()))
    if counts["breaking"]:
        click.get_current_context().exit(1)
