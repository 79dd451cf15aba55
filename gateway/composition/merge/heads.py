"""What all kinds of types merge alike: description and directives."""

from gateway.composition.errors import HintCode
from gateway.composition.merge.descriptions import merge_descriptions
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import Kind, TypeDef


def merge_head(supergraph: Supergraph, name: str) -> TypeDef:
    """The merged type, still without what is in it."""
    sources = supergraph.with_type(name)
    merged = TypeDef(
        name=name,
        kind=supergraph.kinds[name],
        description=merge_descriptions(supergraph, sources, name),
        directives=merge_directives(supergraph, [(s, t.directives) for s, t in sources], name),
    )
    keyed = [s.name for s, t in sources if t.keys]
    if merged.kind is Kind.OBJECT and 0 < len(keyed) < len(sources):
        supergraph.report.hint(
            HintCode.INCONSISTENT_ENTITY,
            names(sources),
            name,
            f"it has a @key in {', '.join(keyed)} only",
        )
    return merged
