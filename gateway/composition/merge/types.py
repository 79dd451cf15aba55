"""Merges the types of one element: widest in output positions, narrowest in input positions."""

from collections.abc import Sequence

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import InputValue, OutputField
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.type_ref import TypeRef, is_subtype, same_name_only


def merge_output_type(
    supergraph: Supergraph, sources: Sequence[tuple[Subgraph, OutputField]], coordinate: str
) -> TypeRef | None:
    """The common supertype; None, and FIELD_TYPE_MISMATCH, where there is none."""
    widest = sources[0][1].type
    for _, field in sources[1:]:
        if is_subtype(field.type, widest, supergraph.is_named_subtype):
            continue
        if not is_subtype(widest, field.type, supergraph.is_named_subtype):
            _report_mismatch(supergraph, ErrorCode.FIELD_TYPE_MISMATCH, sources, coordinate)
            return None
        widest = field.type
    code = HintCode.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE
    _hint_difference(supergraph, code, sources, coordinate, widest)
    return widest


def merge_input_type(
    supergraph: Supergraph,
    sources: Sequence[tuple[Subgraph, InputValue]],
    coordinate: str,
    mismatch: ErrorCode,
) -> TypeRef | None:
    """The type that every subgraph accepts; None, and `mismatch`, where there is none."""
    narrowest = sources[0][1].type
    for _, value in sources[1:]:
        if is_subtype(narrowest, value.type, same_name_only):
            continue
        if not is_subtype(value.type, narrowest, same_name_only):
            _report_mismatch(supergraph, mismatch, sources, coordinate)
            return None
        narrowest = value.type
    code = (
        HintCode.INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE
        if mismatch is ErrorCode.FIELD_ARGUMENT_TYPE_MISMATCH
        else HintCode.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE
    )
    _hint_difference(supergraph, code, sources, coordinate, narrowest)
    return narrowest


def _report_mismatch(
    supergraph: Supergraph,
    code: ErrorCode,
    sources: Sequence[tuple[Subgraph, OutputField | InputValue]],
    coordinate: str,
) -> None:
    told = ", ".join(f"{element.type} in {s.name}" for s, element in sources)
    supergraph.report.error(
        code,
        names(sources),
        coordinate,
        f"its types cannot be merged ({told}): make them the same, or one a subtype of the other",
    )


def _hint_difference(
    supergraph: Supergraph,
    code: HintCode,
    sources: Sequence[tuple[Subgraph, OutputField | InputValue]],
    coordinate: str,
    chosen: TypeRef,
) -> None:
    if any(element.type != chosen for _, element in sources):
        supergraph.report.hint(
            code,
            names(sources),
            coordinate,
            f"its types differ between subgraphs: {chosen} is used",
        )
