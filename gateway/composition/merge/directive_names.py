"""What the supergraph calls `@tag`, `@inaccessible` and the other directives it carries."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.directives import CARRIED


def name_directives(supergraph: Supergraph) -> None:
    """LINK_IMPORT_NAME_MISMATCH: subgraphs that use a directive must agree on its name."""
    for directive in CARRIED:
        named: dict[str, list[str]] = {}
        for subgraph in supergraph.subgraphs:
            if _uses(subgraph, directive):
                local = subgraph.local_directive(directive)
                named.setdefault(local, []).append(subgraph.name)
        if len(named) > 1:
            told = ", ".join(f"@{name} in {', '.join(who)}" for name, who in named.items())
            supergraph.report.error(
                ErrorCode.LINK_IMPORT_NAME_MISMATCH,
                [name for who in named.values() for name in who],
                f"@{directive}",
                f"it is imported as {told}: import it under one name",
            )
        supergraph.directive_names[directive] = next(iter(named), directive)


def _uses(subgraph: Subgraph, directive: str) -> bool:
    return any(
        element.has(directive) for found in subgraph.types.values() for element in found.elements()
    )
