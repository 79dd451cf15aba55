"""What accompanies one client request on its way through the gateway."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from gateway.response_headers import ResponseHeaders

REQUEST_ID: ContextVar[str] = ContextVar("gateway.request_id", default="")
"""Of the request that this task works for, set by the edge: for who is told of a defect."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Made by the edge, handed unchanged to every transport.

    `claims` are those of a verified token, or None for an anonymous caller; `headers` are those
    of the client's that transports over HTTP may forward (lower-case names), the authorization
    header included. `response_headers` takes what subgraphs add to the answer; None: nothing.
    """

    request_id: str
    claims: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: ResponseHeaders | None = None
