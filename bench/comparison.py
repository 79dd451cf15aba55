"""Whether two answers are the same JSON, and if not, where they first differ."""

from typing import Any


def difference(one: Any, other: Any, path: str = "$") -> str | None:
    """The first place where they differ, as a JSONPath with both values; None where nowhere.

    The order of an object's keys says nothing; everything else does, 1 and 1.0 and true too.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            if name not in one or name not in other:
                return f"{path}.{name}: only in {'the first' if name in one else 'the second'}"
            if found := difference(one[name], other[name], f"{path}.{name}"):
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        for place, (left, right) in enumerate(zip(one, other, strict=False)):
            if found := difference(left, right, f"{path}[{place}]"):
                return found
        one, other, path = len(one), len(other), f"{path}.length"
    if type(one) is type(other) and one == other:
        return None
    return f"{path}: {str(one)[:100]!r} and {str(other)[:100]!r}"
