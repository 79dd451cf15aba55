"""Which fields several subgraphs may resolve."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import TypeDef
from gateway.composition.subgraph.model import Subgraph


def check_sharing(supergraph: Supergraph, owner: TypeDef, field_name: str) -> None:
    """INVALID_FIELD_SHARING. Interface objects resolve the field for each implementation."""
    coordinate = f"{owner.name}.{field_name}"
    resolvers = _resolvers(supergraph, owner, field_name)
    if len(resolvers) < 2:
        return
    who = [subgraph.name for subgraph, _ in resolvers]
    if owner.name == "Subscription":
        supergraph.report.error(
            ErrorCode.INVALID_FIELD_SHARING,
            who,
            coordinate,
            "a subscription comes from one subgraph: keep it in one of them",
        )
        return
    closed = [s.name for s, holder in resolvers if not s.is_shareable(holder, field_name)]
    if closed:
        supergraph.report.error(
            ErrorCode.INVALID_FIELD_SHARING,
            who,
            coordinate,
            "it is resolved more than once, but is not @shareable in "
            f"{', '.join(dict.fromkeys(closed))}: mark it so wherever it is resolved, or "
            "resolve it in one place",
        )


def _resolvers(
    supergraph: Supergraph, owner: TypeDef, field_name: str
) -> list[tuple[Subgraph, str]]:
    """The subgraphs that resolve the field, and the type by which they do."""
    return [
        (subgraph, holder)
        for subgraph in supergraph.subgraphs
        if owner.name in subgraph.types or subgraph.interface_objects
        for holder in (owner.name, *owner.interfaces)
        if (holder == owner.name or holder in subgraph.interface_objects)
        and subgraph.has_field(holder, field_name)
        and not subgraph.never_resolves(holder, field_name)
        and (owner.name, field_name, subgraph.name) not in supergraph.overrides
    ]
