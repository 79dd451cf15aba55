"""Merges unions: all members of all subgraphs."""

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.heads import merge_head
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import Kind, TypeDef


def merge_union(supergraph: Supergraph, name: str) -> TypeDef:
    """INVALID_GRAPHQL where a member is no object type of the supergraph."""
    sources = supergraph.with_type(name)
    merged = merge_head(supergraph, name)
    merged.members = list(dict.fromkeys(m for _, union in sources for m in union.members))
    for member in merged.members:
        lack = [s.name for s, union in sources if member not in union.members]
        if supergraph.kinds.get(member, Kind.OBJECT) is not Kind.OBJECT:
            supergraph.report.error(
                ErrorCode.INVALID_GRAPHQL,
                [s.name for s, union in sources if member in union.members],
                name,
                f"its member {member} is no object type in the supergraph, where an "
                "@interfaceObject is an interface: remove it from the union",
            )
        if lack:
            supergraph.report.hint(
                HintCode.INCONSISTENT_UNION_MEMBER,
                names(sources),
                name,
                f"its member {member} is missing in {', '.join(lack)}",
            )
    return merged
