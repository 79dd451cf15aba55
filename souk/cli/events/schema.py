"""`souk events schema`: the document that consumers rely on, and whether it still holds."""

import json
from pathlib import Path

import click

from events import published
from events.compatibility import breaks
from souk.problems import Problem


@click.command("schema")
@click.option("--check", is_flag=True, help="Write nothing; fail where the file is out of date.")
@click.option(
    "--since",
    "old",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write nothing; fail where consumers of the document in this file would break.",
)
def command(*, check: bool, old: Path | None) -> None:
    """Write events/catalog/asyncapi.json from the catalog.

    What breaks consumers of the file that is there is refused, unless the event's version rose.
    """
    document = published.document()
    if old is not None:
        _keep_promises(_read(old), document)
        click.echo("Nothing breaks consumers.")
        return
    text = published.text()
    stale = not published.FILE.exists() or published.FILE.read_text() != text
    if check and stale:
        raise Problem(f"not up to date: {published.FILE.name}", "Run `souk events schema`")
    if stale:
        if published.FILE.exists():
            _keep_promises(_read(published.FILE), document)
        published.FILE.write_text(text)
    click.echo("The events' schema is up to date." if check else "The events' schema is written.")


def _read(file: Path) -> published.Json:
    try:
        document = json.loads(file.read_text())
        document["components"]["messages"]
    except (ValueError, TypeError, KeyError) as error:
        raise Problem(
            f"{file} is no catalog of events: {error!r}", "Name an earlier one"
        ) from error
    return dict(document)


def _keep_promises(old: published.Json, new: published.Json) -> None:
    if found := breaks(old, new):
        raise Problem(
            f"consumers would break: {'; '.join(found)}",
            "Raise the event's version, and declare how the former one is upgraded",
        )
