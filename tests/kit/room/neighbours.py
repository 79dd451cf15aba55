"""The other agent, a library: what is asked of it, and what it answers in a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from subgraphs.kit import Document
from subgraphs.kit.graph import GraphUnavailable

ELSEWHERE = Document("library", "check", "query($t: String!) { check(text: $t) }")


@dataclass
class Outside:
    """What the prepared mutation meets in the other agent's place, and what it was asked."""

    answers: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    fails: bool = False


OUTSIDE = Outside()


@dataclass
class Library:
    """The other agent: answers what the test has put into `says`, one after the other."""

    says: list[str] = field(default_factory=list)
    asked_by: list[Any] = field(default_factory=list)
    was_asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        self.asked_by.append(sender)
        self.was_asked.append(variables)
        said = self.says.pop(0)
        if said == "away":
            raise GraphUnavailable("the library is away")
        if said == "error":
            return {"data": None, "errors": [{"message": "no"}]}
        return {"data": {"check": said}}
