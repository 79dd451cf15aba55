"""A server in a process of its own, for tests of how it stops: prints its port, later "cleaned"."""

import asyncio
import sys

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.server.app import create_app
from gateway.server.listen import listen
from gateway.server.logs import configure_logs
from gateway.server.serve import run, serve
from gateway.server.settings import ServerSettings
from tests.gateway.server.standin import StandIn


async def main() -> None:
    standin = StandIn()

    async def release(_: Request) -> Response:
        standin.release.set()
        return Response("released")

    async def started(_: Request) -> Response:
        await standin.started.wait()
        return Response("started")

    async def loop(_: Request) -> Response:
        return Response(type(asyncio.get_running_loop()).__module__)

    routes = [Route("/release", release), Route("/started", started), Route("/loop", loop)]
    settings = ServerSettings(standin, routes=routes)
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    await serve(
        create_app(settings),
        listener,
        lifecycle=settings.lifecycle,
        on_ready=lambda: _say(str(port)),
    )
    _say("cleaned")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    configure_logs(sys.stderr)
    run(main())
