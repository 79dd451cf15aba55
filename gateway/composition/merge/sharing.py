"""Which fields several subgraphs may resolve."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import TypeDef
from gateway.composition.subgraph.model import Subgraph


def check_sharing(supergraph: Supergraph, owner: TypeDef, field_name: str) -> None:
    """INVALID_FIELD_SHARING. Interface objects resolve the field for each implementation."""
    resolvers: dict[str, bool] = {}
    for subgraph in supergraph.subgraphs:
        for type_name in (owner.name, *owner.interfaces):
            if type_name != owner.name and type_name not in subgraph.interface_objects:
                continue
            if subgraph.has_field(type_name, field_name) and _resolves(
                supergraph, subgraph, owner, type_name, field_name
            ):
                shareable = subgraph.is_shareable(type_name, field_name)
                resolvers[subgraph.name] = resolvers.get(subgraph.name, True) and shareable
    if len(resolvers) < 2:
        return
    if owner.name == "Subscription":
        supergraph.report.error(
            ErrorCode.INVALID_FIELD_SHARING,
            resolvers,
            f"{owner.name}.{field_name}",
            "a subscription comes from one subgraph: keep it in one of them",
        )
        return
    closed = [name for name, shareable in resolvers.items() if not shareable]
    if closed:
        supergraph.report.error(
            ErrorCode.INVALID_FIELD_SHARING,
            resolvers,
            f"{owner.name}.{field_name}",
            f"several subgraphs resolve it, but it is not @shareable in {', '.join(closed)}: "
            "mark it so in all of them, or resolve it in one",
        )


def _resolves(
    supergraph: Supergraph, subgraph: Subgraph, owner: TypeDef, type_name: str, field_name: str
) -> bool:
    return (
        not subgraph.never_resolves(type_name, field_name)
        and (owner.name, field_name, subgraph.name) not in supergraph.overrides
    )
