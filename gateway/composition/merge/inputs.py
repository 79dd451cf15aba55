"""Merges input objects: the fields that every subgraph has."""

from collections.abc import Sequence

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.defaults import merge_default
from gateway.composition.merge.descriptions import merge_descriptions
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.heads import merge_head
from gateway.composition.merge.supergraph import Position, Supergraph, names
from gateway.composition.merge.types import merge_input_type
from gateway.composition.schema import InputValue, TypeDef
from gateway.composition.subgraph.model import Subgraph


def merge_input(supergraph: Supergraph, name: str) -> TypeDef:
    """REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH and EMPTY_MERGED_INPUT_TYPE."""
    sources = supergraph.with_type(name)
    merged = merge_head(supergraph, name)
    for field in dict.fromkeys(f for _, value in sources for f in value.input_fields):
        have = [(s, t.input_fields[field]) for s, t in sources if field in t.input_fields]
        lack = [s.name for s, t in sources if field not in t.input_fields]
        where = f"{name}.{field}"
        # The types are compared also for fields that the intersection drops, and count as uses.
        merged_type = merge_input_type(supergraph, have, where, ErrorCode.FIELD_TYPE_MISMATCH)
        if merged_type is None:
            merged_type = have[0][1].type
        supergraph.note_use(merged_type.named, Position.INPUT)
        if lack and not any(value.has("inaccessible") for _, value in have):
            _report_absence(supergraph, have, lack, where)
            continue
        merged.input_fields[field] = InputValue(
            name=field,
            type=merged_type,
            default=merge_default(supergraph, have, where, ErrorCode.INPUT_FIELD_DEFAULT_MISMATCH),
            description=merge_descriptions(supergraph, have, where),
            directives=merge_directives(
                supergraph, [(s, value.directives) for s, value in have], where
            ),
        )
    if not merged.input_fields:
        supergraph.report.error(
            ErrorCode.EMPTY_MERGED_INPUT_TYPE,
            names(sources),
            name,
            "no field is in all of these subgraphs: add a common field",
        )
    return merged


def _report_absence(
    supergraph: Supergraph,
    have: Sequence[tuple[Subgraph, InputValue]],
    lack: list[str],
    coordinate: str,
) -> None:
    required = [s.name for s, value in have if value.required]
    if required:
        supergraph.report.error(
            ErrorCode.REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH,
            [*names(have), *lack],
            coordinate,
            f"it is required in {', '.join(required)} but missing in {', '.join(lack)}: add it "
            "there, or make it optional",
        )
    else:
        supergraph.report.hint(
            HintCode.INCONSISTENT_INPUT_OBJECT_FIELD,
            [*names(have), *lack],
            coordinate,
            f"it is missing in {', '.join(lack)}: left out of the supergraph",
        )
