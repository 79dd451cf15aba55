"""Our gateway alone, beside Apollo Gateway, Hive Gateway and a page by hand: `make bench-gateway`.

The shape of The Guild's benchmark over subgraphs that answer at once. Every gateway runs in a
process of its own on the same supergraph; answers are compared before anything is timed, and
rounds are interleaved: the ratios say more than the times.
"""

import asyncio
import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench.guild.contender import FLOOR, KINDS, NODE, started, subgraphs
from bench.guild.load import Load, Series
from bench.guild.rounds import measure
from bench.guild.shape import supergraph
from bench.report import machine
from gateway.server.pages.node import install
from souk.problems import Problem

_WITHOUT_NODE = tuple(kind for kind in KINDS if not kind.needs_node)


@dataclass(frozen=True, slots=True)
class Row:
    """One gateway under one load. `cpu_x`: its CPU by the floor's under the same load."""

    gateway: str
    load: str
    requests: int
    cpu_ms: float
    cpu_x: float
    per_second: float
    p50_ms: float
    p99_ms: float
    calls: float
    answer_bytes: int


@click.command(context_settings={"show_default": True})
@click.option("--requests", type=click.IntRange(1), default=40, help="Per gateway, load, round.")
@click.option("--rounds", type=click.IntRange(1), default=8)
@click.option("--seconds", type=click.FloatRange(1), default=150.0, help="No new round after.")
@click.option("--warm-up", type=click.IntRange(1), default=300, help="Requests to each gateway.")
@click.option("--connections", type=click.IntRange(2, 100), default=8)
@click.option("--node/--no-node", default=True, help="Also the gateways in JavaScript.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path))
def main(
    requests: int,
    rounds: int,
    seconds: float,
    warm_up: int,
    connections: int,
    node: bool,
    file: Path | None,
) -> None:
    """Compare CPU, latency and subgraph calls per answer. FILE gets the same as JSON."""
    shown = Console(stderr=True)
    loads = (
        Load("1 connection", 1, unique=False),
        Load(f"{connections} connections", connections, unique=False),
        Load(f"{connections} connections, unique authorization", connections, unique=True),
    )
    if node and not (NODE / "node_modules").is_dir():
        shown.print("Installing the gateways in JavaScript (once)")
        install(NODE)
    with tempfile.TemporaryDirectory(prefix="souk-bench-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        origin = stack.enter_context(subgraphs())
        sdl = folder / "supergraph.graphql"
        sdl.write_text(supergraph(origin))
        contenders = []
        for kind in KINDS if node else _WITHOUT_NODE:
            shown.print(f"Starting {kind.name}")
            contenders.append(stack.enter_context(started(kind, sdl, folder)))
        series, done = asyncio.run(
            measure(contenders, origin, loads, rounds, requests, warm_up, seconds, shown.print)
        )
    found = rows(series)
    Console(width=max(shown.width, 100)).print(table(found))
    if file is not None:
        report: dict[str, Any] = {
            "machine": machine(),
            "rounds": done,
            "requests_per_round": requests,
            "results": [asdict(row) for row in found],
        }
        file.write_text(json.dumps(report, indent=2) + "\n")


def rows(series: list[Series]) -> list[Row]:
    """In the order given; the floor is among them."""
    floor = {each.load: each.cpu_ms for each in series if each.contender == FLOOR.name}
    return [
        Row(
            gateway=each.contender,
            load=each.load,
            requests=len(each.latencies_ns),
            cpu_ms=round(each.cpu_ms, 3),
            cpu_x=round(each.cpu_ms / floor[each.load], 2),
            per_second=round(each.per_second, 1),
            p50_ms=round(each.percentile_ms(50), 2),
            p99_ms=round(each.percentile_ms(99), 2),
            calls=round(each.calls_per_answer, 2),
            answer_bytes=each.answer_bytes,
        )
        for each in series
    ]


def table(found: list[Row]) -> Table:
    """For a terminal."""
    drawn = Table(title=f"One gateway process, an answer of {found[0].answer_bytes:,} bytes")
    drawn.add_column("Gateway", no_wrap=True)
    for heading in ("CPU ms", "CPU x", "RPS", "p50 ms", "p99 ms", "calls"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    load = ""
    for row in found:
        if row.load != load:
            load = row.load
            drawn.add_section()
            drawn.add_row(f"[bold]{load}")
        drawn.add_row(
            row.gateway,
            f"{row.cpu_ms:.2f}",
            f"{row.cpu_x:.2f}",
            f"{row.per_second:,.0f}",
            f"{row.p50_ms:.2f}",
            f"{row.p99_ms:.2f}",
            f"{row.calls:.2f}",
        )
    return drawn


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        raise SystemExit(f"bench: {problem}") from problem
