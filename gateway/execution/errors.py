"""Errors of subgraphs as errors of the client's operation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.planning.plan import Renames, Shape

SUBGRAPH_ERROR = "DOWNSTREAM_SERVICE_ERROR"
SUBGRAPH_UNAVAILABLE = "SUBGRAPH_UNAVAILABLE"
INVALID_ANSWER = "INVALID_SUBGRAPH_ANSWER"
INTERNAL = "INTERNAL"

Path = list[str | int]


@dataclass(frozen=True, slots=True)
class Violation:
    """A place where the merged data breaks the client's schema, or is not the client's to read."""

    message: str
    path: tuple[str | int, ...]
    code: str = INVALID_ANSWER


def error(message: str, code: str, path: Path | None = None, **extensions: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"message": message}
    if path is not None:
        made["path"] = path
    made["extensions"] = {"code": code, **extensions}
    return made


def from_subgraph(raw: Any, subgraph: str, path: Path | None, mask: bool) -> dict[str, Any]:
    """Keeps message and extensions of a subgraph's error, unless errors are masked.

    Its locations are dropped: they point into a document that the client never saw.
    """
    details: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    extensions = details.get("extensions")
    extensions = dict(extensions) if isinstance(extensions, Mapping) else {}
    code = extensions.get("code")
    if not isinstance(code, str):
        code = SUBGRAPH_ERROR
    message = details.get("message")
    if mask or not isinstance(message, str):
        message = "The subgraph reported an error."
    kept = {} if mask else extensions
    kept.update(code=code, subgraph=subgraph)
    made: dict[str, Any] = {"message": message}
    if path is not None:
        made["path"] = path
    made["extensions"] = kept
    return made


def client_keys(path: Sequence[str | int], renames: Renames) -> Path:
    """A path of a subgraph's answer with the planner's aliases undone."""
    result: Path = []
    current: Renames = renames
    for element in path:
        if isinstance(element, str):
            rename = current.get(element)
            result.append(element if rename is None else rename.key)
            current = {} if rename is None else rename.below
        else:
            result.append(element)
    return result


def cut(path: Path, shape: Shape) -> Path:
    """The part of a path that the client selected: what the planner added is not its business."""
    for index, element in enumerate(path):
        if isinstance(element, str):
            below = shape.get(element)
            if below is None:
                return path[:index]
            shape = below
    return path


def unexplained(
    violations: Iterable[Violation], errors: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Errors for the violations that no error at, above or below their place explains.

    A denial always is an error of its own: it does not depend on what became of the data.
    """
    places: set[tuple[str | int, ...]] = set()
    above: set[tuple[str | int, ...]] = set()

    def explain(path: tuple[str | int, ...]) -> None:
        places.add(path)
        above.update(path[:length] for length in range(len(path) + 1))

    for known in errors:
        if known.get("path"):
            explain(tuple(known["path"]))
    found: list[dict[str, Any]] = []
    for violation in violations:
        path = violation.path
        explained = path in above or any(path[:n] in places for n in range(1, len(path)))
        if explained and violation.code == INVALID_ANSWER:
            continue
        explain(path)
        found.append(error(violation.message, violation.code, list(path)))
    return found
