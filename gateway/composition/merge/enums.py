"""Merges enums: all values where it is only answered, common ones where it is only asked for."""

from collections.abc import Sequence

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.descriptions import merge_descriptions
from gateway.composition.merge.directives import merge_directives
from gateway.composition.merge.heads import merge_head
from gateway.composition.merge.supergraph import Position, Supergraph, names
from gateway.composition.schema import EnumValue, TypeDef
from gateway.composition.subgraph.model import Subgraph


def merge_enum(supergraph: Supergraph, name: str) -> TypeDef:
    """ENUM_VALUE_MISMATCH and EMPTY_MERGED_ENUM_TYPE."""
    sources = supergraph.with_type(name)
    merged = merge_head(supergraph, name)
    if not supergraph.positions.get(name):
        supergraph.report.hint(
            HintCode.UNUSED_ENUM_TYPE, names(sources), name, "the enum is used nowhere"
        )
    for value_name in dict.fromkeys(v for _, enum in sources for v in enum.values):
        have = [(s, enum.values[value_name]) for s, enum in sources if value_name in enum.values]
        lack = [s.name for s, enum in sources if value_name not in enum.values]
        where = f"{name}.{value_name}"
        if (
            lack
            and not any(value.has("inaccessible") for _, value in have)
            and not (_is_kept(supergraph, name, names(sources), lack, where))
        ):
            continue
        merged.values[value_name] = _merge_value(supergraph, value_name, have, where)
    if not merged.values:
        supergraph.report.error(
            ErrorCode.EMPTY_MERGED_ENUM_TYPE,
            names(sources),
            name,
            "no value is in all of these subgraphs, which an enum used as input needs: "
            "add a common value",
        )
    return merged


def _is_kept(
    supergraph: Supergraph, name: str, subgraphs: list[str], lack: list[str], coordinate: str
) -> bool:
    """Whether a value stays that some subgraphs lack."""
    positions = supergraph.positions.get(name, set())
    missing = f"it is missing in {', '.join(lack)}"
    if positions == {Position.INPUT, Position.OUTPUT}:
        supergraph.report.error(
            ErrorCode.ENUM_VALUE_MISMATCH,
            subgraphs,
            coordinate,
            f"{missing}, but {name} is used both as input and as output: add the value there, "
            "or mark it @inaccessible",
        )
        return True
    if positions == {Position.INPUT}:
        supergraph.report.hint(
            HintCode.INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
            subgraphs,
            coordinate,
            f"{missing}: left out of the supergraph",
        )
        return False
    supergraph.report.hint(
        HintCode.INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM, subgraphs, coordinate, missing
    )
    return True


def _merge_value(
    supergraph: Supergraph,
    name: str,
    sources: Sequence[tuple[Subgraph, EnumValue]],
    coordinate: str,
) -> EnumValue:
    return EnumValue(
        name=name,
        description=merge_descriptions(supergraph, sources, coordinate),
        directives=merge_directives(
            supergraph, [(s, value.directives) for s, value in sources], coordinate
        ),
    )
