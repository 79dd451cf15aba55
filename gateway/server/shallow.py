"""Answers that can be written: a scalar may hold more levels than JSON is written in."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.execution.errors import INVALID_ANSWER, error

# orjson reads 1,024 levels and writes 254.
_DEEPEST: Final = 200


def shallow(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same response, with null for what lies too deep, and an error that says so."""
    message = f"A value was nested more than {_DEEPEST} deep: what lies deeper is null."
    return {
        **_cut(body, _DEEPEST),
        "errors": [*_cut(body.get("errors", []), _DEEPEST), error(message, INVALID_ANSWER)],
    }


def _cut(value: Any, room: int) -> Any:
    if isinstance(value, dict):
        return {key: _cut(inner, room - 1) for key, inner in value.items()} if room else None
    if isinstance(value, list):
        return [_cut(inner, room - 1) for inner in value] if room else None
    return value
