"""Who sends a request, and what of it subgraphs may see: by HTTP headers, or `connection_init`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import HTTPConnection

from gateway.policy.authentication import UNAUTHENTICATED, Claims, Unauthenticated
from gateway.server.answers import Refused
from gateway.server.propagation import client_headers
from gateway.server.settings import ServerSettings

_MOST_HEADERS: Final = 100


@dataclass(frozen=True, slots=True)
class Caller:
    """`headers` have lower-case names; without the request's id, which each operation has anew."""

    claims: Claims | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> str | None:
        return None if self.claims is None else str(self.claims.get("sub"))

    @property
    def expires_in(self) -> float | None:
        """Seconds for which its token still is good; None: for ever."""
        expiry = None if self.claims is None else self.claims.get("exp")
        return expiry - time.time() if isinstance(expiry, int | float) else None


def caller_of(connection: HTTPConnection, settings: ServerSettings) -> Caller:
    """By the headers of a request. Raises Refused (401)."""
    headers = client_headers(connection) if settings.forward_headers else {}
    authorization = _single(connection, "authorization")
    if authorization is not None:
        headers["authorization"] = authorization
    return Caller(_claims(authorization, settings), headers)


def caller_by_init(
    payload: Mapping[str, Any] | None, known: Caller, settings: ServerSettings
) -> Caller:
    """By the payload of `connection_init`, which wins over the headers of the WebSocket's request.

    It holds `authorization`, or `headers` with this and others. Raises Refused (401).
    """
    given = (payload or {}).get("headers")
    found = {
        name.lower(): value
        for name, value in list((given if isinstance(given, dict) else {}).items())[:_MOST_HEADERS]
        if isinstance(value, str)
    }
    for name, value in (payload or {}).items():
        if name.lower() == "authorization" and isinstance(value, str):
            found["authorization"] = value
    headers = {**known.headers, **(found if settings.forward_headers else {})}
    authorization = found.get("authorization")
    if authorization is None:
        return Caller(known.claims, headers)
    headers["authorization"] = authorization
    return Caller(_claims(authorization, settings), headers)


def unauthenticated(message: str) -> Refused:
    # RFC 6750, section 3. The messages are ours and hold neither quotes nor backslashes.
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    return Refused(401, UNAUTHENTICATED, message, {"www-authenticate": challenge})


def _claims(authorization: str | None, settings: ServerSettings) -> Claims | None:
    if settings.authenticator is None:
        return None
    try:
        return settings.authenticator.authenticate(authorization)
    except Unauthenticated as error:
        raise unauthenticated(str(error)) from error


def _single(connection: HTTPConnection, name: str) -> str | None:
    values = connection.headers.getlist(name)
    if len(values) > 1:
        raise unauthenticated(f"There is more than one {name} header.")
    return values[0] if values else None
