"""A request in, a response out: what the gateway and its edge hand each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client sent. `variables` are JSON values."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """`executed` False: the request was refused before execution and has no `data` key.

    `extensions`: what there is to tell besides; None: nothing. `operation_type`: of what it
    answers, as GraphQL calls it; None where it never came to that.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    executed: bool
    extensions: dict[str, Any] | None = None
    operation_type: str | None = None

    def body(self) -> dict[str, Any]:
        """The response as the GraphQL specification's section 7 spells it, errors first."""
        body: dict[str, Any] = {}
        if self.errors:
            body["errors"] = self.errors
        if self.executed:
            body["data"] = self.data
        if self.extensions is not None:
            body["extensions"] = self.extensions
        return body


class Refused(Exception):
    """The request is answered with errors only."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors
