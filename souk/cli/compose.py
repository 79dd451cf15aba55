"""`souk compose`: the supergraph's files."""

import click

from souk.supergraph import compose_files


@click.command("compose")
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is out of date.")
def command(*, check: bool) -> None:
    """Write each agent's schema.graphql and the supergraph.graphql that follows from them."""
    compose_files(check)
    click.echo("The schema files are up to date." if check else "The schema files are written.")
