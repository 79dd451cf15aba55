"""How the executor talks to a subgraph, whatever lies between them."""

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gateway.context import RequestContext


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One operation for one subgraph. `document` is the same object for every run of a plan.

    `operation` is the client's: a fetch for an event of a subscription has `subscription`, too.
    """

    document: str
    variables: Mapping[str, Any]
    operation: Literal["query", "mutation", "subscription"]
    context: RequestContext


class SubgraphUnavailable(Exception):
    """The subgraph gave no usable GraphQL answer. The message is for logs, not for clients."""


class SubscriptionFailed(Exception):
    """The subgraph ended a subscription, or refused to begin it, with these GraphQL errors."""

    def __init__(self, errors: Sequence[Any]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


Answers = AbstractAsyncContextManager[AsyncIterator[Mapping[str, Any]]]


class Owned(dict[str, Any]):
    """A response that whoever gets it may write into: nobody else holds a part of it."""


class Transport(Protocol):
    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """The GraphQL response (`data`, `errors`), JSON-ready; only an `Owned` may be written into.

        Raises SubgraphUnavailable where there is none: refused, timed out, not GraphQL.
        """
        ...

    def subscribe(self, request: SubgraphRequest) -> Answers:
        """Opens a subscription when it is entered and ends it when it is left.

        Within it the GraphQL responses, JSON-ready and in order, until the subgraph completes it.
        Raises SubscriptionFailed, or SubgraphUnavailable where a connection is lost, falls silent
        or carries anything else.
        """
        ...

    def identity(self, context: RequestContext) -> Hashable:
        """Everything of the caller that this subgraph's answers may depend on."""
        ...

    async def close(self) -> None:
        """Closes idle connections. Subscriptions that are open stay open."""
        ...
