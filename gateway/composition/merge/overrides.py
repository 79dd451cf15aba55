"""`@override`: which fields of which subgraphs are taken over by another one."""

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.supergraph import Override, Supergraph
from gateway.composition.schema import Applied, Kind, OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph


def find_overrides(supergraph: Supergraph) -> None:
    """The codes OVERRIDE_FROM_SELF_ERROR, OVERRIDE_SOURCE_HAS_OVERRIDE and OVERRIDE_COLLISION_*."""
    for subgraph in supergraph.subgraphs:
        for found in subgraph.types.values():
            if found.kind is not Kind.OBJECT:
                continue
            for field in found.fields.values():
                for applied in field.applied("override"):
                    _add(supergraph, subgraph, found, field, applied)


def _add(
    supergraph: Supergraph,
    subgraph: Subgraph,
    owner: TypeDef,
    field: OutputField,
    applied: Applied,
) -> None:
    coordinate = f"{owner.name}.{field.name}"
    source_name = applied.value("from")
    source = next((s for s in supergraph.subgraphs if s.name == source_name), None)
    if source is subgraph:
        supergraph.report.error(
            ErrorCode.OVERRIDE_FROM_SELF_ERROR,
            subgraph.name,
            coordinate,
            "the field overrides its own subgraph: name another one, or remove @override",
        )
        return
    if source is None:
        supergraph.report.hint(
            HintCode.FROM_SUBGRAPH_DOES_NOT_EXIST,
            subgraph.name,
            coordinate,
            f"it overrides from {source_name}, which is no subgraph",
        )
        return
    overridden = (
        source.types[owner.name].fields.get(field.name) if owner.name in source.types else None
    )
    collision = _interface_object(subgraph, source, owner, overridden is not None)
    if collision is None and overridden is not None:
        if overridden.has("override"):
            supergraph.report.error(
                ErrorCode.OVERRIDE_SOURCE_HAS_OVERRIDE,
                [subgraph.name, source.name],
                coordinate,
                f"it overrides from {source.name}, which overrides it too: keep one @override",
            )
            return
        collision = _collision(source, owner, field, overridden)
    if collision is not None:
        supergraph.report.error(
            ErrorCode.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE,
            [subgraph.name, source.name],
            coordinate,
            f"@override does not go with {collision}: remove one of them",
        )
        return
    if overridden is None or source.is_external(owner.name, field.name):
        supergraph.report.hint(
            HintCode.OVERRIDE_DIRECTIVE_CAN_BE_REMOVED,
            subgraph.name,
            coordinate,
            f"{source.name} does not resolve it any more: @override can be removed",
        )
        return
    _record(supergraph, subgraph, source, owner, overridden, applied)


def _interface_object(
    subgraph: Subgraph, source: Subgraph, owner: TypeDef, field_in_source: bool
) -> str | None:
    if owner.name in subgraph.interface_objects:
        return "@interfaceObject"
    if field_in_source and owner.name in source.interface_objects:
        return f"@interfaceObject, which {owner.name} is in {source.name}"
    return None


def _collision(
    source: Subgraph, owner: TypeDef, field: OutputField, overridden: OutputField
) -> str | None:
    if field.has("external") or field.name in owner.external_fields:
        return "@external"
    for directive in ("requires", "provides"):
        if overridden.has(directive):
            return f"@{directive}, which the field has in {source.name}"
    return None


def _record(
    supergraph: Supergraph,
    subgraph: Subgraph,
    source: Subgraph,
    owner: TypeDef,
    overridden: OutputField,
    applied: Applied,
) -> None:
    coordinate = f"{owner.name}.{overridden.name}"
    label = applied.value("label")
    still_used = (
        owner.name,
        overridden.name,
    ) in source.usage.used or source.implements_interface_field(
        source.types[owner.name], overridden.name
    )
    if label is not None:
        supergraph.report.hint(
            HintCode.OVERRIDE_MIGRATION_IN_PROGRESS,
            [subgraph.name, source.name],
            coordinate,
            f"the field moves from {source.name} to {subgraph.name}",
        )
    else:
        supergraph.report.hint(
            HintCode.OVERRIDDEN_FIELD_CAN_BE_REMOVED,
            source.name,
            coordinate,
            f"the field is overridden by {subgraph.name}",
        )
    key = (owner.name, overridden.name, source.name)
    supergraph.overrides[key] = Override(label, still_used, subgraph.name)
