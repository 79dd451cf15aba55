"""Merges default values: kept only where all subgraphs agree."""

from collections.abc import Sequence

from graphql import ConstValueNode

from gateway.composition.errors import ErrorCode, HintCode
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import InputValue, print_value
from gateway.composition.subgraph.model import Subgraph


def default_text(value: InputValue) -> str | None:
    """The default as SDL, for comparison."""
    return None if value.default is None else print_value(value.default)


def merge_default(
    supergraph: Supergraph,
    sources: Sequence[tuple[Subgraph, InputValue]],
    coordinate: str,
    mismatch: ErrorCode,
) -> ConstValueNode | None:
    """None where a subgraph has no default; `mismatch` where two have different ones."""
    texts = [default_text(value) for _, value in sources]
    present = {text for text in texts if text is not None}
    if len(present) > 1:
        told = ", ".join(
            f"{text} in {s.name}" for text, (s, _) in zip(texts, sources, strict=True) if text
        )
        supergraph.report.error(
            mismatch,
            names(sources),
            coordinate,
            f"its default values differ ({told}): give the same one everywhere",
        )
        return None
    if None not in texts:
        return sources[0][1].default
    if present:
        supergraph.report.hint(
            HintCode.INCONSISTENT_DEFAULT_VALUE_PRESENCE,
            names(sources),
            coordinate,
            "it has a default value in some subgraphs only: none is used",
        )
    return None
