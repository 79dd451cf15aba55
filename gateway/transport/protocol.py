"""How the executor talks to a subgraph, whatever lies between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gateway.context import RequestContext


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One operation for one subgraph. `document` is the same object for every run of a plan."""

    document: str
    variables: Mapping[str, Any]
    operation: Literal["query", "mutation"]
    context: RequestContext


class SubgraphUnavailable(Exception):
    """The subgraph gave no usable GraphQL answer. The message is for logs, not for clients."""


class Owned(dict[str, Any]):
    """A response that whoever gets it may write into: nobody else holds a part of it."""


class Transport(Protocol):
    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """The GraphQL response (`data`, `errors`), JSON-ready; only an `Owned` may be written into.

        Raises SubgraphUnavailable where there is none: refused, timed out, not GraphQL.
        """
        ...

    async def close(self) -> None: ...
