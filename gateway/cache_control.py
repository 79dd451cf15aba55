"""Merges `cache-control` of several answers into what may be done with all of them together."""

from collections.abc import Iterable
from typing import Final

NO_STORE: Final = "no-store"
_AGES: Final = ("max-age", "s-maxage")
_FLAGS: Final = ("no-cache", "must-revalidate", "proxy-revalidate", "no-transform")


def most_restrictive(values: Iterable[str | None]) -> str:
    """One value that allows no more than each of `values` does; None is an answer without one.

    What cannot be read counts as `no-store`, as does an answer that says nothing (RFC 9111,
    section 5.2.2: extensions may be ignored, so they are not carried over).
    """
    merged: dict[str, int | None] | None = None
    for value in values:
        directives = _parsed(value)
        if directives is None:
            return NO_STORE
        merged = directives if merged is None else _merged(merged, directives)
    if not merged:
        return NO_STORE
    return ", ".join(name if age is None else f"{name}={age}" for name, age in merged.items())


def _parsed(value: str | None) -> dict[str, int | None] | None:
    """The directives; None where the answer must not be stored."""
    found: dict[str, int | None] = {}
    for part in (value or "").lower().split(","):
        name, _, argument = part.strip().partition("=")
        if name in _AGES:
            age = argument.strip().strip('"')
            # A name twice is as good as unreadable.
            if not age.isdecimal() or len(age) > 10 or name in found:
                return None
            found[name] = int(age)
        elif name in {"private", "public", *_FLAGS}:
            # `no-cache="field"` and `private="field"` are taken for the whole answer.
            found[name] = None
        elif name == NO_STORE:
            return None
    if not found.keys() & {"public", "private", *_AGES, "no-cache"}:
        return None
    return _ordered(found)


def _merged(left: dict[str, int | None], right: dict[str, int | None]) -> dict[str, int | None]:
    both: dict[str, int | None] = {}
    for name in ("private", *_FLAGS):
        if name in left or name in right:
            both[name] = None
    if "public" in left and "public" in right:
        both["public"] = None
    for name in _AGES:
        if name not in left and name not in right:
            continue
        # Without an age of its own, an answer may be kept for as long as a cache likes.
        ages = [age for age in (_age(left, name), _age(right, name)) if age is not None]
        both[name] = min(ages)
    return _ordered(both)


def _age(directives: dict[str, int | None], name: str) -> int | None:
    """For shared caches `max-age` stands in for a missing `s-maxage`."""
    if name == "s-maxage" and name not in directives:
        return directives.get("max-age")
    return directives.get(name)


def _ordered(directives: dict[str, int | None]) -> dict[str, int | None]:
    if "private" in directives:
        directives = {k: v for k, v in directives.items() if k not in {"public", "s-maxage"}}
    names = ("public", "private", *_FLAGS, *_AGES)
    return {name: directives[name] for name in names if name in directives}
