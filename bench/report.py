"""What was measured, for people (a table) and for programs (JSON)."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from rich.table import Table

from bench.contender import FLOOR
from bench.rounds import Series

PACKAGES = ("strawberry-graphql", "graphql-core", "uvicorn", "sqlalchemy", "asyncpg")


@dataclass(frozen=True, slots=True)
class Row:
    """One contender. `_x` are ratios to the floor's."""

    name: str
    requests: int
    p50_ms: float
    p99_ms: float
    cpu_us_per_request: float
    statements_per_request: int
    answer_bytes: int
    p50_x: float
    cpu_x: float


def rows(series: Sequence[Series]) -> list[Row]:
    """In the order given; the floor is among them."""
    [floor] = [each for each in series if each.name == FLOOR.name]
    return [
        Row(
            name=each.name,
            requests=len(each.latencies_ns),
            p50_ms=round(each.percentile_ms(50), 3),
            p99_ms=round(each.percentile_ms(99), 3),
            cpu_us_per_request=round(each.cpu_us, 1),
            statements_per_request=each.statements,
            answer_bytes=each.answer_bytes,
            p50_x=round(each.percentile_ms(50) / floor.percentile_ms(50), 2),
            cpu_x=round(each.cpu_us / floor.cpu_us, 2),
        )
        for each in series
    ]


def machine() -> dict[str, Any]:
    """Where and with what it was measured."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def table(found: Sequence[Row], sizes: Mapping[str, int]) -> Table:
    """For a terminal."""
    what = ", ".join(f"{count} {name}" for name, count in sizes.items())
    drawn = Table(title="One page over HTTP, one connection", caption=f"The page: {what}")
    drawn.add_column("Server", no_wrap=True)
    for heading in ("p50 ms", "p99 ms", "CPU µs", "SQL", "p50 x", "CPU x"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for row in found:
        drawn.add_row(
            row.name,
            f"{row.p50_ms:.2f}",
            f"{row.p99_ms:.2f}",
            f"{row.cpu_us_per_request:,.0f}",
            str(row.statements_per_request),
            f"{row.p50_x:.1f}",
            f"{row.cpu_x:.1f}",
        )
    return drawn
