"""Merges the directives applied to one element in several subgraphs."""

from collections import Counter
from collections.abc import Sequence

from graphql import BooleanValueNode, ConstListValueNode, ConstValueNode, IntValueNode
from graphql import StringValueNode as StringNode

from gateway.composition.errors import HintCode
from gateway.composition.merge.requirements import (
    REQUIREMENT_ARGUMENTS,
    applied_requirement,
    both,
    requirement,
)
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import Applied
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.directives import CARRIED, FEDERATION_DIRECTIVES

_STANDARD = ("deprecated", "specifiedBy", "oneOf")

_Applications = list[tuple[Subgraph, Applied]]


def merge_directives(
    supergraph: Supergraph,
    sources: Sequence[tuple[Subgraph, list[Applied]]],
    coordinate: str,
) -> list[Applied]:
    """What the supergraph carries for the element, in the order of first appearance."""
    by_name: dict[tuple[bool, str], _Applications] = {}
    for subgraph, directives in sources:
        for applied in directives:
            if _is_carried(supergraph, applied):
                key = (applied.federation, applied.name)
                by_name.setdefault(key, []).append((subgraph, applied))
    return [
        merged
        for (federation, name), applications in by_name.items()
        for merged in _merge(supergraph, federation, name, applications, coordinate)
    ]


def _is_carried(supergraph: Supergraph, applied: Applied) -> bool:
    if applied.federation:
        return applied.name in CARRIED
    return applied.name in _STANDARD or applied.name in supergraph.composed


def _merge(
    supergraph: Supergraph,
    federation: bool,
    name: str,
    applications: _Applications,
    coordinate: str,
) -> list[Applied]:
    distinct = {applied.print(): applied for _, applied in applications}
    if len(distinct) == 1 or _is_repeatable(supergraph, federation, name):
        return list(distinct.values())
    applied = [a for _, a in applications]
    if federation and name in REQUIREMENT_ARGUMENTS:
        merged = applied_requirement(name, both([requirement(a) for a in applied]))
        how = "the requirements of the subgraphs are combined by AND"
    elif federation and name == "cost":
        merged = _heaviest(applied)
        how = "the highest weight is used"
    elif federation and name == "listSize":
        merged = _merged_list_size(applied)
        how = "the largest size and all names are used"
    else:
        return [_most_frequent(supergraph, name, applications, coordinate)]
    supergraph.report.hint(
        HintCode.MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
        [s.name for s, _ in applications],
        coordinate,
        f"@{name} differs between subgraphs: {how}",
    )
    return [merged]


def _is_repeatable(supergraph: Supergraph, federation: bool, name: str) -> bool:
    if federation:
        return FEDERATION_DIRECTIVES[name].repeatable
    return name in supergraph.composed and supergraph.composed[name].definition.repeatable


def _most_frequent(
    supergraph: Supergraph, name: str, applications: _Applications, coordinate: str
) -> Applied:
    counted = Counter(applied.print() for _, applied in applications)
    chosen = counted.most_common(1)[0][0]
    supergraph.report.hint(
        HintCode.INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS,
        [s.name for s, _ in applications],
        coordinate,
        f"@{name} differs between subgraphs: {chosen} is used",
    )
    return next(applied for _, applied in applications if applied.print() == chosen)


def _heaviest(applied: list[Applied]) -> Applied:
    return max(applied, key=lambda a: int(a.value("weight")))


def _merged_list_size(applied: list[Applied]) -> Applied:
    arguments: dict[str, ConstValueNode] = {}
    sizes = [a.value("assumedSize") for a in applied if a.value("assumedSize") is not None]
    if sizes:
        arguments["assumedSize"] = IntValueNode(value=str(max(sizes)))
    for name in ("slicingArguments", "sizedFields"):
        if any(name in a.arguments for a in applied):
            terms = dict.fromkeys(term for a in applied for term in _terms(a, name))
            values = tuple(StringNode(value=term) for term in terms)
            arguments[name] = ConstListValueNode(values=values)
    one = "requireOneSlicingArgument"
    if any(one in a.arguments for a in applied):
        arguments[one] = BooleanValueNode(value=all(a.value(one, True) for a in applied))
    return Applied("listSize", arguments)


def _terms(applied: Applied, argument: str) -> list[str]:
    value = applied.value(argument)
    return [value] if isinstance(value, str) else list(value or ())
