"""`souk token`: a signed token, alone on standard output."""

import re
from datetime import timedelta
from pathlib import Path

import click

from souk import configuration, keys, tokens
from souk.cli import options

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")


class Duration(click.ParamType[timedelta]):
    """A number and a unit: 30s, 15m, 12h, 7d."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        parts = DURATION.fullmatch(str(value))
        if parts is None:
            self.fail(f"{value!r} is not a duration such as 30s, 15m, 12h or 7d", param, ctx)
        return timedelta(**{UNITS[parts[2]]: int(parts[1])})


@click.command("token")
@click.option("--role", required=True, help="admin, staff or customer.")
@click.option("--subject", metavar="ID", help="Who it is for; a customer's id for a customer.")
@click.option("--scope", "scopes", multiple=True, help="For staff: AGENT:read|write|approve.")
@click.option("--expires", type=Duration(), default="12h", show_default=True)
@options.data_dir
def command(
    *,
    role: str,
    subject: str | None,
    scopes: tuple[str, ...],
    expires: timedelta,
    data_dir: Path | None,
) -> None:
    """Sign a token with this installation's key.

    \b
    souk token --role admin
    souk token --role staff --scope order:read --scope order:write
    souk token --role customer --subject cus_... --expires 1h
    """
    grant = tokens.person(role, subject, scopes)
    settings = configuration.load({"data_dir": data_dir}).settings
    click.echo(tokens.issue(keys.signing_key(settings.keys_dir), grant, expires))
