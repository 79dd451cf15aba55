"""`souk revise`: the next migration, for developers."""

import asyncio

import click

from souk.development.drift import write_revision


@click.command("revise")
@click.argument("agent")
@click.argument("message")
def command(*, agent: str, message: str) -> None:
    """Write the migration that AGENT's changed tables need; read it before you commit it.

    MESSAGE says what is new, such as "holds have an author".
    """
    asyncio.run(write_revision(agent, message))
