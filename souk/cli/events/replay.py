"""`souk events replay`: what waited for a key takes effect, in order."""

import asyncio
import sys
from pathlib import Path

import click

from events.parking import Replayed, replay
from souk import configuration
from souk.assembly import open_agents
from souk.cli import options
from souk.cli.events.consumers import known
from souk.database import open_database
from souk.settings import Settings
from souk.supergraph import subgraphs
from subgraphs.kit.agents import Nowhere
from subgraphs.kit.consuming import AgentConsumer


@click.command("replay")
@click.argument("consumer")
@click.argument("key")
@options.data_dir
def command(*, consumer: str, key: str, data_dir: Path | None) -> None:
    """Let the events of KEY that wait for CONSUMER take effect; then the key is parked no more.

    Ends at the first that fails again (exit code 1); it and those behind it go on waiting.
    """
    known(consumer)
    settings = configuration.load({"data_dir": data_dir}).settings
    done = asyncio.run(_replay(settings, consumer, key))
    click.echo(f"{done.replayed} replayed, {done.remaining} still wait.")
    if done.failure is not None:
        click.echo(f"souk: {done.failure}", err=True)
        sys.exit(1)


async def _replay(settings: Settings, consumer: str, key: str) -> Replayed:
    async with (
        open_database(settings, share=True) as server,
        open_agents(settings, server.url, subgraphs(), Nowhere()) as agents,
    ):
        return await replay(agents.db, AgentConsumer(agents, consumer), key, agents.capture)
