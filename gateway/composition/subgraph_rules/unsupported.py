"""Refuses the directives of federation that this composer does not carry out."""

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.subgraph.model import Subgraph

_REFUSED = ("context", "fromContext", "cacheTag")


def check_unsupported(subgraph: Subgraph, report: Report) -> None:
    """An honest refusal: composing without them would answer with wrong data."""
    for found in subgraph.types.values():
        for element in found.elements():
            for applied in element.directives:
                if applied.federation and applied.name in _REFUSED:
                    where = found.name if element is found else f"{found.name}.{element.name}"
                    report.error(
                        ErrorCode.UNSUPPORTED_FEATURE,
                        subgraph.name,
                        where,
                        f"@{subgraph.local_directive(applied.name)} is not supported by this "
                        "composer: remove it",
                    )
