"""How long planning takes, cold and warm: on Souk, on synthetic supergraphs, on the audit's.

Cold is an operation that the gateway has not seen: parsed, validated, planned and compiled. Warm
is the same found in the caches. No subgraph is asked anything.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse
from rich.console import Console
from rich.table import Table

from bench.guild.ours import urls
from bench.plans.corpus import Case, Planned, cases
from bench.plans.variables import required_values
from bench.report import machine
from gateway.gateway import Gateway, GatewaySettings
from gateway.planning.errors import PlanningFailed
from gateway.planning.planner import Planner
from gateway.transport.local import LocalTransport
from souk.problems import Problem

_PATIENCE = 60.0
_WARM = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One supergraph. Times of operations are medians and maxima over its operations."""

    name: str
    subgraphs: int
    operations: int
    refused: int
    requests: int
    load_ms: float
    plan_ms: float
    plan_max_ms: float
    cold_ms: float
    cold_max_ms: float
    warm_us: float


@click.command(context_settings={"show_default": True})
@click.option("--repeat", type=click.IntRange(1, 50), default=5, help="Colds per operation.")
@click.option("--audit", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path))
def main(repeat: int, audit: Path | None, file: Path | None) -> None:
    """Measure plan times. AUDIT is a folder of suites; FILE gets the same as JSON."""
    shown = Console(stderr=True)
    found = []
    for case in cases(audit):
        shown.print(case.name)
        found.append(measured(case, repeat))
    Console(width=max(shown.width, 120)).print(table(found))
    if file is not None:
        report: dict[str, Any] = {"machine": machine(), "results": [asdict(row) for row in found]}
        file.write_text(json.dumps(report, indent=2) + "\n")


def measured(case: Case, repeat: int) -> Row:
    """Every operation cold `repeat` times, of which the fastest counts: the machine is shared."""
    settings = GatewaySettings(max_tokens=100_000, planning_seconds=_PATIENCE)
    began = time.perf_counter()
    gateway = _gateway(case.sdl, settings)
    load = time.perf_counter() - began
    planner = Planner(gateway.supergraph)
    plans, colds, warms = [], [], []
    refused = requests = 0
    for operation in case.operations:
        try:
            document, chosen = _parsed(operation)
            variables = required_values(gateway.schema, chosen)
            plan = gateway.plan(operation.query, operation.operation, variables)
        except (GraphQLError, PlanningFailed) as error:
            if not case.may_refuse:
                raise Problem(f"{operation.query}: {error}", "Mend the operation") from error
            refused += 1
            continue
        requests += sum(1 for _ in plan.requests)
        plans.append(_planned(planner, document, chosen, repeat))
        colds.append(_cold(gateway, operation, variables, repeat))
        warms.append(_warm(gateway, operation, variables))
    asyncio.run(gateway.close())
    return Row(
        name=case.name,
        subgraphs=len(gateway.supergraph.graphs),
        operations=len(plans),
        refused=refused,
        requests=requests,
        load_ms=round(load * 1e3, 1),
        plan_ms=round(statistics.median(plans) * 1e3, 3),
        plan_max_ms=round(max(plans) * 1e3, 3),
        cold_ms=round(statistics.median(colds) * 1e3, 3),
        cold_max_ms=round(max(colds) * 1e3, 3),
        warm_us=round(statistics.median(warms) * 1e6, 1),
    )


def _gateway(sdl: str, settings: GatewaySettings) -> Gateway:
    async def nobody(_: object) -> dict[str, Any]:
        raise AssertionError("planning asks no subgraph")

    transports = {name: LocalTransport(nobody) for name in urls(sdl)}
    return Gateway(sdl, transports, settings=settings)


def _parsed(operation: Planned) -> tuple[DocumentNode, OperationDefinitionNode]:
    document = parse(operation.query)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and (
            operation.operation is None
            or (definition.name and definition.name.value == operation.operation)
        ):
            return document, definition
    raise AssertionError("the document was planned before")


def _planned(
    planner: Planner, document: DocumentNode, chosen: OperationDefinitionNode, repeat: int
) -> float:
    """The planner alone."""
    return _fastest(repeat, lambda: planner.plan(document, chosen, {}, _PATIENCE))


def _warm(gateway: Gateway, operation: Planned, variables: dict[str, Any]) -> float:
    return _fastest(_WARM, lambda: gateway.plan(operation.query, operation.operation, variables))


def _cold(gateway: Gateway, operation: Planned, variables: dict[str, Any], repeat: int) -> float:
    """Another text each time, for the caches; the same to the parser."""
    texts = iter([operation.query + " " * (number + 1) for number in range(repeat)])
    return _fastest(repeat, lambda: gateway.plan(next(texts), operation.operation, variables))


def _fastest(times: int, do: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        do()
        best = min(best, time.perf_counter() - began)
    return best


def table(found: Sequence[Row]) -> Table:
    """For a terminal."""
    drawn = Table(title="Planning: median and slowest operation of each supergraph")
    drawn.add_column("Supergraph", no_wrap=True)
    for heading in (
        "sub-\ngraphs",
        "opera-\ntions",
        "re-\nquests",
        "load\nms",
        "plan\nms",
        "max",
        "cold\nms",
        "max",
        "warm\nµs",
    ):
        drawn.add_column(heading, justify="right", no_wrap=True)
    for row in found:
        drawn.add_row(
            row.name,
            str(row.subgraphs),
            str(row.operations),
            str(row.requests),
            f"{row.load_ms:.0f}",
            f"{row.plan_ms:.2f}",
            f"{row.plan_max_ms:.2f}",
            f"{row.cold_ms:.2f}",
            f"{row.cold_max_ms:.2f}",
            f"{row.warm_us:.0f}",
        )
    return drawn


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        raise SystemExit(f"bench: {problem}") from problem
