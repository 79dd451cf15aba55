"""Satisfiability: every field can be had, whichever subgraphs have answered so far."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.satisfiability.graph import Graph
from gateway.composition.satisfiability.walk import Walk

_ALL_COMBINATIONS_UP_TO = 5


def check_satisfiability(supergraph: Supergraph) -> None:
    """SATISFIABILITY_ERROR and SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES.

    Progressive overrides move fields at run time, so each set of active labels is checked; with
    more than five labels: none, all, each alone, each missing.
    """
    for active in _label_sets(supergraph.labels):
        Walk(Graph(supergraph, frozenset(active))).run()
        if any(e.code is ErrorCode.SATISFIABILITY_ERROR for e in supergraph.report.errors):
            return


def _label_sets(labels: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if len(labels) <= _ALL_COMBINATIONS_UP_TO:
        for size in range(len(labels) + 1):
            yield from combinations(labels, size)
        return
    yield ()
    yield tuple(labels)
    for label in labels:
        yield (label,)
        yield tuple(other for other in labels if other != label)
