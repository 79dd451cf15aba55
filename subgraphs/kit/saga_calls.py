"""One call of a saga to another agent: answered, refused for good, or of unknown outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from subgraphs.kit.context import Info
from subgraphs.kit.graph import Document, GraphUnavailable


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the owner will answer to this key for ever."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`unknown` says why the call must be repeated; `defect` where that is not as it should be.

    `errors` are those of the payload, all of them.
    """

    outcome: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None
    unknown: str | None = None
    defect: Exception | None = None
    errors: Sequence[Mapping[str, Any]] = ()


async def ask(info: Info, document: Document, input: Mapping[str, Any], key: str) -> Answer:
    """Send a mutation with one root field; its errors must say `code`, `message`, `retryable`."""
    try:
        data = await info.graph.send(document, {"input": {**input, "idempotencyKey": key}})
    except GraphUnavailable as away:
        return Answer(unknown=str(away))
    except Exception as defect:  # noqa: BLE001 boundary: it is captured, and the call repeated
        return Answer(unknown=str(defect), defect=defect)
    [payload] = data.values()
    errors = payload["errors"]
    if any(error["retryable"] for error in errors):
        return Answer(unknown=errors[0]["message"])
    if errors:
        return Answer(refusal=Refusal(errors[0]["code"], errors[0]["message"]), errors=errors)
    [outcome] = (value for name, value in payload.items() if name != "errors")
    return Answer(outcome=outcome)
