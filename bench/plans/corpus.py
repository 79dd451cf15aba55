"""Supergraphs with the operations that are planned on them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.page import QUERY
from bench.plans import synthetic
from souk.supergraph import supergraph_sdl
from tests.workflows.mutations import MUTATIONS
from tests.workflows.queries import QUERIES

SIZES = (16, 64, 200)
LEAVES = 1_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A document and, where it has several operations, which of them."""

    query: str
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A supergraph and its operations; `may_refuse`: some of them have no plan, rightly."""

    name: str
    sdl: str
    operations: tuple[Planned, ...]
    may_refuse: bool = False


def cases(audit: Path | None) -> Iterator[Case]:
    """Souk's, the synthetic ones, and the suites of the audit where its folder is given."""
    yield Case("Souk", supergraph_sdl(), _souk(), may_refuse=True)  # so do its tests
    for size in SIZES:
        sdl = synthetic.supergraph(size)
        small = Planned(synthetic.operation(size, 25))
        yield Case(f"{size} subgraphs, 25 leaves", sdl, (small,))
        large = Planned(synthetic.operation(size, LEAVES))
        yield Case(f"{size} subgraphs, {LEAVES:,} leaves", sdl, (large,))
    if audit is not None:
        for suite in sorted(path.parent for path in audit.glob("*/supergraph.graphql")):
            given = json.loads((suite / "cases.json").read_text())
            queries = dict.fromkeys(case["query"] for case in given)
            yield Case(
                f"audit: {suite.name}",
                (suite / "supergraph.graphql").read_text(),
                tuple(map(Planned, queries)),
                may_refuse=True,
            )


def _souk() -> tuple[Planned, ...]:
    own = dict.fromkeys(Planned(each.document, each.operation) for each in (*QUERIES, *MUTATIONS))
    return (Planned(QUERY), *own)
