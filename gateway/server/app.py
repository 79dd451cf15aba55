"""Puts the edge together: routes on Starlette, and around them what every request gets."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from gateway.server.answers import INTERNAL, Refused, refusal_response
from gateway.server.edge import Edge
from gateway.server.endpoint import GraphQLEndpoint
from gateway.server.http_streams import HttpStreams
from gateway.server.ide import graphiql_routes
from gateway.server.logs import RequestLog
from gateway.server.probes import probe_routes
from gateway.server.quota import Quota
from gateway.server.record import RequestRecord
from gateway.server.settings import ServerSettings
from gateway.server.websocket import WebSocketEndpoint


def create_app(settings: ServerSettings) -> ASGIApp:
    """The ASGI app. It owns nothing: whoever made the executor closes it.

    Its WebSockets need the server of `gateway.server.serve`.
    """
    streams = settings.streams
    connections = Quota(streams.connections, streams.connections_per_principal)
    subscriptions = Quota(streams.subscriptions, streams.subscriptions_per_principal)
    over_http = HttpStreams(settings, connections, subscriptions)
    log = RequestLog()
    over_websocket = WebSocketEndpoint(settings, connections, subscriptions, log)
    routes = [
        Route(settings.path, GraphQLEndpoint(settings, over_http).handle, methods=["GET", "POST"]),
        WebSocketRoute(settings.path, over_websocket.handle),
        *probe_routes(settings),
        *(graphiql_routes(settings.graphiql) if settings.graphiql else ()),
        *settings.routes,
    ]
    handlers = {HTTPException: _refuse, Exception: _apologise}
    app = Starlette(routes=routes, exception_handlers=handlers)
    return Edge(app, lifecycle=settings.lifecycle, log=log, on_defect=settings.on_defect)


async def _refuse(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, method not allowed) in the form of all others."""
    assert isinstance(error, HTTPException)  # noqa: S101 registered for no other
    status = HTTPStatus(error.status_code)
    record = RequestRecord.of(request.scope)
    record.code = status.name
    refused = Refused(status, status.name, f"{status.phrase}.", error.headers)
    return refusal_response(refused, record.request_id)


async def _apologise(request: Request, _: Exception) -> Response:
    """Says nothing of the defect but the id to find it by: Starlette re-raises it to the edge."""
    message = "Something went wrong on our side; quote the request id when you report it."
    refused = Refused(500, INTERNAL, message)
    return refusal_response(refused, RequestRecord.of(request.scope).request_id)
