"""Puts the standalone gateway together and runs it until it is told to stop."""

import asyncio
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.configuration.settings import Settings
from gateway.context import REQUEST_ID
from gateway.server.answers import json_response
from gateway.server.app import create_app
from gateway.server.ide import GraphiQL
from gateway.server.listen import listen
from gateway.server.logs import configure_logs
from gateway.server.serve import serve
from gateway.server.settings import ServerSettings
from gateway.standalone.keys import KeyedAuthenticator
from gateway.standalone.problems import Problem
from gateway.standalone.reload import Reloader
from gateway.standalone.supergraph import Loaded, load, unknown_subgraphs
from gateway.standalone.swap import SwappableGateway
from gateway.standalone.watched import WatchedFile

_LOGGER = logging.getLogger("gateway")


@dataclass(frozen=True, slots=True)
class Program:
    """What the command line asks for. `folder` is what the settings' paths are relative to."""

    supergraph: Path
    settings: Settings
    folder: Path
    host: str
    port: int

    def check(self) -> None:
        """Reads everything and serves nothing. Raises Problem."""
        asyncio.run(self._check())

    async def serve(self) -> None:
        """Until SIGTERM or SIGINT. Raises Problem, or CannotListen."""
        file = WatchedFile(self.supergraph)
        gateway = SwappableGateway(self._first(file))
        authenticator = await self._authenticator()
        listener = listen(self.host, self.port)
        configure_logs(sys.stdout)
        server = self._server(gateway, authenticator)
        reloader = Reloader(gateway, file, self.supergraph, self.settings, _tell_defect)
        jobs = [reloader.follow()] if self.settings.supergraph.reload.enabled else []
        if authenticator is not None:
            jobs.append(authenticator.follow())
        host, port = listener.getsockname()[:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}{server.path}"
        async with _running(jobs):
            await serve(
                create_app(server),
                listener,
                lifecycle=server.lifecycle,
                streams=server.streams,
                on_ready=lambda: _tell_ready(url, gateway.loaded),
            )
        await gateway.close()
        _LOGGER.info("stopped")

    async def _check(self) -> None:
        loaded = self._first(WatchedFile(self.supergraph))
        await self._authenticator()
        await loaded.gateway.close()

    def _first(self, file: WatchedFile) -> Loaded:
        """Nothing is served yet, so the event loop may as well wait."""
        try:
            loaded = load(file.read(), self.settings, on_defect=_tell_defect)
        except Problem as problem:
            raise Problem(f"{self.supergraph}: {problem}") from problem
        unknown = unknown_subgraphs(self.settings, loaded)
        if unknown:
            raise Problem("; ".join(unknown))
        return loaded

    async def _authenticator(self) -> KeyedAuthenticator | None:
        if self.settings.authentication is None:
            return None
        authenticator = KeyedAuthenticator(self.settings.authentication.router.jwt, self.folder)
        await authenticator.load()
        return authenticator

    def _server(
        self, gateway: SwappableGateway, authenticator: KeyedAuthenticator | None
    ) -> ServerSettings:
        settings = self.settings
        health = settings.health_check.path if settings.health_check.enabled else None
        graphiql = (
            GraphiQL(endpoint=settings.supergraph.path) if settings.graphiql.enabled else None
        )
        return ServerSettings(
            gateway,
            authenticator=authenticator,
            graphiql=graphiql,
            on_defect=_tell_defect,
            routes=[] if health is None else [_subgraphs(f"{health}/subgraphs", gateway)],
            path=settings.supergraph.path,
            health_path=health,
            forward_headers=True,
            return_headers=settings.headers.returns_any,
            max_body_bytes=settings.limits.http_max_request_bytes,
            timeout_seconds=settings.traffic_shaping.router.timeout,
            streams=settings.subscriptions.streams(),
        )


def _subgraphs(path: str, gateway: SwappableGateway) -> Route:
    async def subgraphs(_: Request) -> Response:
        circuits = {name: {"circuit": state} for name, state in gateway.circuits().items()}
        return json_response({"supergraph": gateway.loaded.digest, "subgraphs": circuits})

    return Route(path, subgraphs)


@asynccontextmanager
async def _running(jobs: list[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _tell_ready(url: str, loaded: Loaded) -> None:
    fields = {"url": url, "supergraph": loaded.digest, "subgraphs": sorted(loaded.transports)}
    _LOGGER.info("ready", extra={"fields": fields})


async def _tell_defect(where: str, error: BaseException) -> str:
    """Logs it with its trace, under an id that the client gets to quote."""
    defect = secrets.token_hex(8)
    fields = {"where": where, "id": defect, "request_id": REQUEST_ID.get()}
    _LOGGER.error("defect", exc_info=error, extra={"fields": fields})
    return defect
