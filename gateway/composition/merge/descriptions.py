"""Merges descriptions: the most frequent one is kept."""

from collections import Counter
from collections.abc import Sequence

from gateway.composition.errors import HintCode
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import Element
from gateway.composition.subgraph.model import Subgraph


def merge_descriptions(
    supergraph: Supergraph, sources: Sequence[tuple[Subgraph, Element]], coordinate: str
) -> str | None:
    """The most frequent description; the first of equally frequent ones."""
    counted = Counter(e.description for _, e in sources if e.description)
    if len(counted) > 1:
        supergraph.report.hint(
            HintCode.INCONSISTENT_DESCRIPTION,
            names(sources),
            coordinate,
            "the descriptions differ: the most frequent one is used",
        )
    return counted.most_common(1)[0][0] if counted else None
