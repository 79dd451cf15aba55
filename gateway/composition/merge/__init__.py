"""Merges checked subgraphs into one schema: one module per kind of element."""

from collections.abc import Sequence

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.merge.composed_directives import find_composed_directives
from gateway.composition.merge.descriptions import merge_descriptions
from gateway.composition.merge.directive_names import name_directives
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.enums import merge_enum
from gateway.composition.merge.executable_directives import merge_executable_directives
from gateway.composition.merge.inputs import merge_input
from gateway.composition.merge.interface_keys import check_interface_keys
from gateway.composition.merge.interface_objects import (
    check_interface_objects,
    copy_interface_object_fields,
)
from gateway.composition.merge.kinds import find_kinds
from gateway.composition.merge.objects import merge_fields_type
from gateway.composition.merge.overrides import find_overrides
from gateway.composition.merge.scalars import merge_scalar
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.merge.unions import merge_union
from gateway.composition.schema import Element, Kind
from gateway.composition.subgraph.model import Subgraph

_ORDER = (
    (Kind.OBJECT, merge_fields_type),
    (Kind.INTERFACE, merge_fields_type),
    (Kind.UNION, merge_union),
    (Kind.SCALAR, merge_scalar),
    (Kind.INPUT, merge_input),
)


def merge(subgraphs: Sequence[Subgraph], report: Report) -> Supergraph:
    """The merged schema; usable only where the report holds no error afterwards."""
    supergraph = Supergraph(subgraphs=subgraphs, report=report)
    find_composed_directives(supergraph)
    name_directives(supergraph)
    find_kinds(supergraph)
    find_overrides(supergraph)
    check_interface_objects(supergraph)
    check_interface_keys(supergraph)
    for kind, merge_type in _ORDER:
        for name in _of_kind(supergraph, kind):
            supergraph.types[name] = merge_type(supergraph, name)
    copy_interface_object_fields(supergraph)
    # Last, because what the others use decides how an enum is merged.
    for name in _of_kind(supergraph, Kind.ENUM):
        supergraph.types[name] = merge_enum(supergraph, name)
    merge_executable_directives(supergraph)
    supergraph.schema_directives = merge_directives(
        supergraph, [(s, s.schema_directives) for s in subgraphs], "schema"
    )
    supergraph.schema_description = merge_descriptions(
        supergraph,
        [(s, Element(name="schema", description=s.schema_description)) for s in subgraphs],
        "schema",
    )
    _check_queries(supergraph)
    return supergraph


def _of_kind(supergraph: Supergraph, kind: Kind) -> list[str]:
    return [name for name, found in supergraph.kinds.items() if found is kind]


def _check_queries(supergraph: Supergraph) -> None:
    if not any(s.types["Query"].fields for s in supergraph.subgraphs if "Query" in s.types):
        supergraph.report.error(
            ErrorCode.NO_QUERIES,
            [s.name for s in supergraph.subgraphs],
            "Query",
            "no subgraph has a query: add a field to Query in one of them",
        )
