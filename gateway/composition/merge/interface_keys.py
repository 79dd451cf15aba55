"""`@key` on interfaces: who resolves it must know every type that it can resolve to."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import Kind
from gateway.composition.subgraph.model import Subgraph


def check_interface_keys(supergraph: Supergraph) -> None:
    """INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE."""
    for name, kind in supergraph.kinds.items():
        if kind is Kind.INTERFACE:
            for subgraph in supergraph.subgraphs:
                _check_key(supergraph, name, subgraph)


def _check_key(supergraph: Supergraph, name: str, subgraph: Subgraph) -> None:
    found = subgraph.types.get(name)
    if found is None or name in subgraph.interface_objects:
        return
    if not any(key.resolvable for key in found.keys):
        return
    known = subgraph.possible_types(name)
    missing = [
        implementation
        for implementation in supergraph.implementations.get(name, ())
        if supergraph.kinds.get(implementation) is Kind.OBJECT and implementation not in known
    ]
    if missing:
        supergraph.report.error(
            ErrorCode.INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE,
            subgraph.name,
            name,
            f"it has a @key, so every implementation must be defined here: add "
            f"{', '.join(sorted(missing))}",
        )
