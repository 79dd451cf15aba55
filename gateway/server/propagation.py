"""Headers that pass the edge: the client's to subgraphs, and subgraphs' to the client."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from gateway.cache_control import NO_STORE, most_restrictive
from gateway.context import RequestContext
from gateway.gateway import GraphQLResponse


def client_headers(request: HTTPConnection) -> dict[str, str]:
    """All headers of the request; several lines of one name as one (RFC 9110, section 5.3).

    Those of a WebSocket's handshake are about this socket alone.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        if name.startswith("sec-websocket-"):
            continue
        known = headers.get(name)
        separator = "; " if name == "cookie" else ", "
        headers[name] = value if known is None else f"{known}{separator}{value}"
    return headers


def return_headers(response: Response, answer: GraphQLResponse, context: RequestContext) -> None:
    """Adds what the subgraphs returned to the answer.

    It may be cached only if nothing went wrong, and by shared caches only for everybody.
    """
    returned = context.response_headers
    if returned is None:
        return
    caching = returned.cache_control()
    if caching is not None:
        if answer.errors:
            caching = NO_STORE
        elif {"authorization", "cookie"} & context.headers.keys():
            caching = most_restrictive([caching, "private"])
        response.headers["cache-control"] = caching
    for name, value in returned:
        response.headers.append(name, value)
