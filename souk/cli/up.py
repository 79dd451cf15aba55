"""`souk up`: the platform, in the foreground or in the background."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
import uvloop

from souk import configuration, keys, running, tokens
from souk.assembly import run_platform
from souk.cli import options, printing
from souk.development import detach
from souk.running import Ready
from souk.settings import Settings


@click.command("up")
@click.option("--detach", "detached", is_flag=True, help="Return when it is ready.")
@options.host
@options.port
@options.data_dir
@options.as_json
def command(
    *, detached: bool, host: str | None, port: int | None, data_dir: Path | None, as_json: bool
) -> None:
    """Start database, agents and gateway, and make what is missing: keys, schema, example shop.

    In the foreground it logs to standard output and stops with Ctrl-C. With --detach it logs to
    the data folder and prints where everything is.
    """
    flags = {"host": host, "port": port, "data_dir": data_dir}
    settings = configuration.load(flags).settings
    if detached:
        _background(settings, flags, as_json)
    else:
        with running.held(settings.run_dir):
            uvloop.run(run_platform(settings))


def _background(settings: Settings, flags: Mapping[str, object], as_json: bool) -> None:
    given = [(f"--{name.replace('_', '-')}", str(flag)) for name, flag in flags.items() if flag]
    child = [*detach.FOREGROUND, *(word for pair in given for word in pair)]
    with printing.progress("Starting Souk ...") as progress:
        ready, already = detach.start(settings, progress, child)
    token = _admin_token(settings)
    if as_json:
        printing.print_json(asdict(ready) | {"already_running": already, "token": token})
        return
    click.echo("Souk is already running." if already else "Souk is running.")
    printing.print_table(_where(settings, ready) | {"Admin token": token})
    sys.stdout.flush()


def _where(settings: Settings, ready: Ready) -> dict[str, object]:
    return {
        "GraphQL": f"{ready.url}/graphql",
        "GraphiQL": ready.graphiql,
        "Health": f"{ready.url}/health/ready",
        "Log": settings.logs_dir / detach.LOG,
    }


def _admin_token(settings: Settings) -> str | None:
    # Production prints no token: its operators ask for one with `souk token`.
    if not settings.development:
        return None
    key = keys.signing_key(settings.keys_dir)
    return tokens.issue(key, tokens.person("admin", None, ()))
