"""`make audit`: passed and failed per suite and the requests to subgraphs, both ways."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

from tests.audit.run import Result, Source, audit, ours, theirs
from tests.audit.suites import NoCheckout

_WAYS: Final[dict[str, Source]] = {"composed by Apollo": theirs, "composed by us": ours}


def main() -> int:
    """0 where every case passes both ways. Arguments name suites, where not all are meant."""
    only = frozenset(sys.argv[1:])
    try:
        failures = [asyncio.run(_way(way, source, only)) for way, source in _WAYS.items()]
    except NoCheckout as missing:
        click.echo(f"souk: {missing}", err=True)
        return 2
    return int(any(failures))


async def _way(way: str, source: Source, only: frozenset[str]) -> int:
    """Prints its table; the number of failed cases."""
    click.echo(f"{way:42} passed failed requests")
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        async for result in audit(source, Path(folder) / "audit.log", only):
            results.append(result)
            _line(result.suite, [result])
            for number in result.failed:
                click.echo(f"  {result.suite}_{number} failed")
    _line(f"{len(results)} suites", results)
    fetching = sum(result.fetching for result in results)
    others = [result.suite for result in results if not result.same_sdl]
    click.echo(f"{fetching} cases fetch. Supergraphs unlike the suite's: {others or 'none'}.\n")
    return sum(len(result.failed) for result in results)


def _line(name: str, results: list[Result]) -> None:
    failed = sum(len(result.failed) for result in results)
    passed = sum(result.cases for result in results) - failed
    click.echo(f"{name:42} {passed:6} {failed:6} {sum(r.requests for r in results):8}")


if __name__ == "__main__":
    sys.exit(main())
