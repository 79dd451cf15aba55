"""Authorization requirements as sums of products: `[["a", "b"], ["c"]]` is (a and b) or c."""

from collections.abc import Iterable, Sequence

from graphql import ConstListValueNode, StringValueNode

from gateway.composition.schema import Applied

Requirement = tuple[frozenset[str], ...]
"""Alternatives, of which a caller must meet one whole. `(frozenset(),)` asks for nothing more."""

REQUIREMENT_ARGUMENTS = {"requiresScopes": "scopes", "policy": "policies"}


def requirement(applied: Applied) -> Requirement:
    """The requirement of an authorization directive."""
    argument = REQUIREMENT_ARGUMENTS.get(applied.name)
    if argument is None:
        return (frozenset(),)
    outer = applied.value(argument)
    groups = outer if isinstance(outer, list) else [outer]
    return tuple(frozenset(g if isinstance(g, list) else [g]) for g in groups)


def both(requirements: Sequence[Requirement]) -> Requirement:
    """The requirement to meet all of these: multiplied out, absorbed products dropped."""
    products: Iterable[frozenset[str]] = (frozenset(),)
    for factor in requirements:
        products = dict.fromkeys(a | b for a in products for b in factor)
        products = [p for p in products if not any(other < p for other in products)]
    return tuple(sorted(products, key=sorted))


def implies(strong: Requirement, weak: Requirement) -> bool:
    """Whether whoever meets `strong` also meets `weak`."""
    return all(any(need <= had for need in weak) for had in strong)


def applied_requirement(directive: str, needed: Requirement) -> Applied:
    """The directive that states a requirement, terms in alphabetical order."""
    argument = REQUIREMENT_ARGUMENTS.get(directive)
    if argument is None:
        return Applied(directive)
    groups = tuple(
        ConstListValueNode(values=tuple(StringValueNode(value=term) for term in sorted(group)))
        for group in sorted(needed, key=sorted)
    )
    return Applied(directive, {argument: ConstListValueNode(values=groups)})
