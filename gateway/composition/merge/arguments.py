"""Merges the arguments of a field: those that every subgraph with the field has."""

from collections.abc import Mapping, Sequence

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.defaults import merge_default
from gateway.composition.merge.descriptions import merge_descriptions
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.supergraph import Position, Supergraph, names
from gateway.composition.merge.types import merge_input_type
from gateway.composition.schema import InputValue
from gateway.composition.subgraph.model import Subgraph

ArgumentSources = Sequence[tuple[Subgraph, Mapping[str, InputValue]]]


def merge_arguments(
    supergraph: Supergraph, sources: ArgumentSources, coordinate: str
) -> dict[str, InputValue]:
    """REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH and the codes FIELD_ARGUMENT_*."""
    merged: dict[str, InputValue] = {}
    for name in dict.fromkeys(name for _, arguments in sources for name in arguments):
        have = [(s, arguments[name]) for s, arguments in sources if name in arguments]
        lack = [s.name for s, arguments in sources if name not in arguments]
        where = f"{coordinate}({name}:)"
        if lack:
            _report_absence(supergraph, have, lack, where)
            continue
        argument = _merge_argument(supergraph, name, have, where)
        if argument is not None:
            merged[name] = argument
    return merged


def _merge_argument(
    supergraph: Supergraph,
    name: str,
    sources: Sequence[tuple[Subgraph, InputValue]],
    coordinate: str,
) -> InputValue | None:
    merged_type = merge_input_type(
        supergraph, sources, coordinate, ErrorCode.FIELD_ARGUMENT_TYPE_MISMATCH
    )
    if merged_type is None:
        return None
    supergraph.note_use(merged_type.named, Position.INPUT)
    return InputValue(
        name=name,
        type=merged_type,
        default=merge_default(
            supergraph, sources, coordinate, ErrorCode.FIELD_ARGUMENT_DEFAULT_MISMATCH
        ),
        description=merge_descriptions(supergraph, sources, coordinate),
        directives=merge_directives(
            supergraph, [(s, a.directives) for s, a in sources], coordinate
        ),
    )


def _report_absence(
    supergraph: Supergraph,
    have: Sequence[tuple[Subgraph, InputValue]],
    lack: list[str],
    coordinate: str,
) -> None:
    required = [s.name for s, argument in have if argument.required]
    if required:
        supergraph.report.error(
            ErrorCode.REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
            [*names(have), *lack],
            coordinate,
            f"it is required in {', '.join(required)} but missing in {', '.join(lack)}: add it "
            "there, or make it optional",
        )
    else:
        supergraph.report.hint(
            HintCode.INCONSISTENT_ARGUMENT_PRESENCE,
            [*names(have), *lack],
            coordinate,
            f"it is missing in {', '.join(lack)}: left out of the supergraph",
        )
