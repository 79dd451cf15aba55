"""`souk up`: the platform, in the foreground or in the background."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from souk import configuration, keys, tokens
from souk.cli import options, printing
from souk.cli.group import load
from souk.development import detach
from souk.running import Ready
from souk.settings import Settings


@click.command("up")
@click.option("--detach", "detached", is_flag=True, help="Return when it is ready.")
@options.host
@options.port
@options.data_dir
@options.as_json
@click.pass_context
def command(
    ctx: click.Context,
    *,
    detached: bool,
    host: str | None,
    port: int | None,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Start database, agents and gateway, and make what is missing: keys, schema, example shop.

    In the foreground it logs to standard output and stops with Ctrl-C. With --detach it logs to
    the data folder and prints where everything is.
    """
    flags = {"host": host, "port": port, "data_dir": data_dir}
    if detached:
        _background(configuration.load(flags).settings, flags, as_json)
        return
    # A module of its own: it loads the whole shop, which the background's starter does without.
    ctx.invoke(load("souk.cli.run"), **flags)


def _background(settings: Settings, flags: Mapping[str, object], as_json: bool) -> None:
    given = [
        (f"--{name.replace('_', '-')}", str(flag))
        for name, flag in flags.items()
        if flag is not None
    ]
    child = [*detach.FOREGROUND, *(word for pair in given for word in pair)]
    with printing.progress("Starting Souk ...") as progress:
        ready, already = detach.start(settings, progress, child)
    token = _admin_token(settings)
    if as_json:
        printing.print_json(asdict(ready) | {"already_running": already, "token": token})
        return
    click.echo("Souk is already running." if already else "Souk is running.")
    printing.print_pairs(_where(settings, ready) | {"Admin token": token})


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
