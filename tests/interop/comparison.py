"""What two gateways' answers to one operation have in common, and what not."""

from collections.abc import Mapping
from typing import Any

from tests.audit.suites import same

Place = tuple[str | int, ...]


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Of `data` and `errors`, which are not the same. No data and null are; of errors, places."""
    found = []
    if not same(ours.get("data"), theirs.get("data")):
        found.append("data")
    if places(ours) != places(theirs):
        found.append("errors")
    return tuple(found)


def places(answer: Mapping[str, Any]) -> set[Place]:
    """Where the errors are; () for one that says nothing of it, as of an invalid document."""
    return {tuple(error.get("path") or ()) for error in answer.get("errors") or ()}
