"""The page query through the gateway, a stock Strawberry monolith, and by hand: `make bench`.

Every server runs in a process of its own, on the same seeded PostgreSQL, and verifies the same
kind of token; their answers are compared before anything is timed. Rounds are interleaved, so
that a busy moment of the machine meets all of them: the ratios say more than the times.
"""

import asyncio
import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from bench.contender import KINDS, Contender, started
from bench.page import Page, sizes
from bench.report import machine, rows, table
from bench.rounds import Series, measure
from bench.shop import shop
from souk.problems import Problem

MOST_PRODUCTS = 100
MOST_ORDERS = 100


@click.command(context_settings={"show_default": True})
@click.option("--requests", type=click.IntRange(1), default=20, help="Per server and round.")
@click.option("--rounds", type=click.IntRange(1), default=10)
@click.option("--seconds", type=click.FloatRange(1), default=40.0, help="No new round after.")
@click.option("--products", type=click.IntRange(1, MOST_PRODUCTS), default=20)
@click.option("--orders", type=click.IntRange(1, MOST_ORDERS), default=10)
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path))
def main(
    requests: int, rounds: int, seconds: float, products: int, orders: int, file: Path | None
) -> None:
    """Compare the page's latency, CPU and SQL. FILE gets the same as JSON."""
    shown = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(
            prefix="souk-bench-", dir="/tmp"
        ) as folder,  # a socket's path must be short
        ExitStack() as stack,
    ):
        Path(folder).chmod(0o711)  # so that the server's own user can walk through it
        url, customer = stack.enter_context(shop(Path(folder, "postgres"), orders, shown.print))
        contenders = []
        for kind in KINDS:
            shown.print(f"Starting {kind.name}")
            place = Path(folder, kind.module)
            contenders.append(stack.enter_context(started(kind, place, url)))
        page = Page(products, orders, customer)
        answer, series = _measured(shown, contenders, page, rounds, requests, seconds)
    found = rows(series)
    Console().print(table(found, sizes(answer)))
    if file is not None:
        report = {
            "machine": machine(),
            "page": sizes(answer),
            "rounds": len(series[0].cpu_ns),
            "requests_per_round": requests,
            "results": [asdict(row) for row in found],
        }
        file.write_text(json.dumps(report, indent=2) + "\n")


def _measured(
    shown: Console,
    contenders: list[Contender],
    page: Page,
    rounds: int,
    requests: int,
    seconds: float,
) -> tuple[dict[str, Any], list[Series]]:
    with Progress(console=shown, transient=True) as progress:
        task = progress.add_task("Measuring", total=rounds * requests * len(contenders))
        answer, series = asyncio.run(
            measure(
                contenders,
                page,
                rounds,
                requests,
                seconds,
                lambda done: progress.advance(task, done),
            )
        )
    done = len(series[0].cpu_ns)
    if done < rounds:
        shown.print(f"{seconds:g} s were over after {done} of {rounds} rounds")
    return answer, series


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        raise SystemExit(f"bench: {problem}") from problem
