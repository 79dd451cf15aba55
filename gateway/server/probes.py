"""`/health/live`, `/health/ready` and the public keys at `/.well-known/jwks.json`."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.server.answers import json_response
from gateway.server.settings import ServerSettings

# Long enough to spare the server, short enough for a rotated key to be seen in time.
_JWKS_CACHE: Final = "public, max-age=300"


def probe_routes(settings: ServerSettings) -> list[Route]:
    """Live does no I/O: it says that the event loop turns. Ready asks `settings.readiness`."""

    async def live(_: Request) -> Response:
        return json_response({"status": "alive"})

    async def ready(_: Request) -> Response:
        reasons = list(await settings.readiness())
        if settings.lifecycle.draining:
            reasons.insert(0, "draining")
        if reasons:
            return json_response({"status": "unavailable", "reasons": reasons}, status=503)
        return json_response({"status": "ready"})

    async def jwks(_: Request) -> Response:
        keys = settings.jwks() if settings.jwks else {"keys": []}
        return json_response(dict(keys), headers={"cache-control": _JWKS_CACHE})

    routes = []
    if settings.health_path is not None:
        routes = [
            Route(f"{settings.health_path}/live", live),
            Route(f"{settings.health_path}/ready", ready),
        ]
    if settings.jwks is not None:
        routes.append(Route("/.well-known/jwks.json", jwks))
    return routes
