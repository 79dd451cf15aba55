"""Merges objects and interfaces: all fields of all subgraphs."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.fields import merge_field
from gateway.composition.merge.heads import merge_head
from gateway.composition.merge.sharing import check_sharing
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import ROOT_TYPE_NAMES, Kind, TypeDef


def merge_fields_type(supergraph: Supergraph, name: str) -> TypeDef:
    """The union of fields and interfaces; of objects the sharing of fields is checked too."""
    sources = supergraph.with_type(name)
    merged = merge_head(supergraph, name)
    merged.interfaces = list(dict.fromkeys(i for _, t in sources for i in t.interfaces))
    for field_name in dict.fromkeys(f for _, found in sources for f in found.fields):
        field = merge_field(supergraph, merged, field_name, sources)
        if field is None:
            continue
        merged.fields[field_name] = field
        if merged.kind is Kind.OBJECT:
            check_sharing(supergraph, merged, field_name)
    if not merged.fields and name not in ROOT_TYPE_NAMES and not supergraph.report.failed:
        supergraph.report.error(
            ErrorCode.INVALID_GRAPHQL,
            names(sources),
            name,
            "the type has no field in the supergraph: give it one",
        )
    return merged
