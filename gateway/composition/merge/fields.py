"""Merges one field of an object or interface type."""

from collections.abc import Sequence

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.arguments import merge_arguments
from gateway.composition.merge.descriptions import merge_descriptions
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.external_fields import check_external_fields
from gateway.composition.merge.supergraph import Position, Supergraph, names
from gateway.composition.merge.types import merge_output_type
from gateway.composition.schema import ROOT_TYPE_NAMES, Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph

_TypeSources = Sequence[tuple[Subgraph, TypeDef]]
_FieldSources = list[tuple[Subgraph, OutputField]]


def merge_field(
    supergraph: Supergraph, owner: TypeDef, name: str, type_sources: _TypeSources
) -> OutputField | None:
    """The field as its owners say; None, and EXTERNAL_MISSING_ON_BASE, where it has none."""
    coordinate = f"{owner.name}.{name}"
    sources = [(s, t.fields[name]) for s, t in type_sources if name in t.fields]
    owners, externals = _split(sources, owner.name)
    if not owners:
        supergraph.report.error(
            ErrorCode.EXTERNAL_MISSING_ON_BASE,
            names(sources),
            coordinate,
            "it is @external wherever it appears: one subgraph must resolve it",
        )
        return None
    merged_type = merge_output_type(supergraph, owners, coordinate)
    agree = merged_type is not None and all(f.type == merged_type for _, f in owners)
    merged = OutputField(
        name=name,
        type=merged_type or owners[0][1].type,
        description=merge_descriptions(supergraph, owners, coordinate),
        arguments=merge_arguments(supergraph, [(s, f.arguments) for s, f in owners], coordinate),
        directives=merge_directives(supergraph, [(s, f.directives) for s, f in owners], coordinate),
    )
    check_external_fields(supergraph, merged, externals, agree, coordinate)
    supergraph.note_use(merged.type.named, Position.OUTPUT)
    if len(sources) < len(type_sources):
        _hint_absence(supergraph, owner, coordinate, type_sources)
    return merged


def _split(sources: _FieldSources, type_name: str) -> tuple[_FieldSources, _FieldSources]:
    owners: _FieldSources = []
    externals: _FieldSources = []
    for subgraph, field in sources:
        external = subgraph.is_external(type_name, field.name)
        (externals if external else owners).append((subgraph, field))
    return owners, externals


def _hint_absence(
    supergraph: Supergraph, owner: TypeDef, coordinate: str, type_sources: _TypeSources
) -> None:
    if owner.kind is Kind.INTERFACE:
        if any(owner.name in s.interface_objects for s, _ in type_sources):
            return
        code = HintCode.INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD
    else:
        if owner.name in ROOT_TYPE_NAMES or any(t.keys for _, t in type_sources):
            return
        code = HintCode.INCONSISTENT_OBJECT_VALUE_TYPE_FIELD
    supergraph.report.hint(
        code,
        names(type_sources),
        coordinate,
        f"it is not in every subgraph that has {owner.name}",
    )
