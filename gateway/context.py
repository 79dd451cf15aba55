"""What accompanies one client request on its way through the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Made by the edge, handed unchanged to every transport.

    `claims` are those of a verified token, or None for an anonymous caller; `headers` are what
    is forwarded to subgraphs over HTTP (lower-case names), the authorization header included.
    """

    request_id: str
    claims: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
