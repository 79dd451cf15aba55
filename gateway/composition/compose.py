"""Composition from end to end: the phases in order, each only where the one before is clean."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.composition.errors import CompositionError, ErrorCode, Hint, Report
from gateway.composition.merge import merge
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.printing import print_supergraph
from gateway.composition.satisfiability import check_satisfiability
from gateway.composition.subgraph.extensions import check_federation_1_bases
from gateway.composition.subgraph.federation1 import upgrade_federation_1
from gateway.composition.subgraph.load import SubgraphSource, load_subgraphs
from gateway.composition.subgraph_rules import check_subgraphs
from gateway.composition.supergraph_rules import check_supergraph


@dataclass(frozen=True, slots=True)
class Composition:
    """The supergraph, or the errors of the first phase that had any; hints in both cases."""

    supergraph_sdl: str | None
    errors: tuple[CompositionError, ...]
    hints: tuple[Hint, ...]


def compose(subgraphs: Mapping[str, SubgraphSource]) -> Composition:
    """Composes subgraphs, by name, into the SDL of a Federation 2 supergraph.

    Never raises for what a subgraph says: every defect is an error in the result. The text is
    the same for the same subgraphs, in whatever order they are given.
    """
    report = Report()
    supergraph = _compose(subgraphs, report)
    sdl = None if supergraph is None or report.failed else print_supergraph(supergraph)
    return Composition(sdl, report.errors, report.hints)


def _compose(sources: Mapping[str, SubgraphSource], report: Report) -> Supergraph | None:
    if not sources:
        report.error(ErrorCode.NO_QUERIES, (), None, "there is no subgraph to compose: add one")
        return None
    subgraphs = load_subgraphs(sources, report)
    if report.failed:
        return None
    check_federation_1_bases(subgraphs, report)
    if report.failed:
        return None
    upgrade_federation_1(subgraphs, report)
    check_subgraphs(subgraphs, report)
    if report.failed:
        return None
    supergraph = merge(subgraphs, report)
    if report.failed:
        return None
    check_supergraph(supergraph)
    if report.failed:
        return None
    check_satisfiability(supergraph)
    return supergraph
