"""Assembles the platform: database, agents, gateway and edge, in one process or one agent alone."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

import click
from graphql import parse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from events.defects import Defects
from events.hub import Hub
from gateway.composition.api_schema import api_schema
from gateway.context import REQUEST_ID
from gateway.execution.engine import OnDefect
from gateway.gateway import Gateway, GatewaySettings
from gateway.policy.authentication import Authenticator
from gateway.policy.limits import Limits
from gateway.policy.streams import StreamSettings
from gateway.server.app import create_app
from gateway.server.executor import Executor
from gateway.server.ide import GraphiQL
from gateway.server.listen import CannotListen, listen
from gateway.server.logs import configure_logs
from gateway.server.memory import settle
from gateway.server.serve import serve
from gateway.server.settings import ServerSettings
from gateway.transport.http import HttpSettings
from models.database import Database
from models.migrations.grants import role_of
from souk import keys, running
from souk.agent_server import AgentExecutor
from souk.database import DatabaseServer, open_database, reason
from souk.eventwork import event_work, retention
from souk.exports import ExportLinks
from souk.keys import SigningKey
from souk.local import local_transports
from souk.migration import migrate
from souk.problems import Problem
from souk.remote import HttpRemote
from souk.running import Ready
from souk.seed import seed
from souk.settings import Settings
from souk.sharing import Sharing
from souk.supergraph import config, subgraph, subgraphs, supergraph_sdl
from souk.tokens import AUDIENCE, ISSUER
from subgraphs.customer.settings import ExportSettings
from subgraphs.kit.agents import Agents, Nowhere, Remote
from subgraphs.kit.capture import Capture, DatabaseCapture
from subgraphs.kit.intent_worker import Intents
from subgraphs.kit.roster import Roster
from subgraphs.kit.saga_worker import Sagas
from subgraphs.kit.scalars import PARSERS
from subgraphs.kit.schedule import Schedule
from subgraphs.kit.schema import Subgraph
from subgraphs.kit.worker import Worker
from subgraphs.order.settings import OrderSettings


class Closable(Protocol):
    async def close(self) -> None: ...


C = TypeVar("C", bound=Closable)
# Variants of a product, lines of an order, warehouses of a variant: few, unless one asks for many.
_LIST_SIZE: Final = 5
EXAMPLE = """\
# Souk: one graph, many agents.
# Ctrl+Enter asks. The Headers tab below takes
# {"authorization": "Bearer TOKEN"},
# with the token that `make up` printed.
query Shop {
  products(first: 5) {
    edges {
      node {
        name
        category { name }
        variants(first: 3) {
          sku
          price(currency: EUR) { amount currencyCode }
          availability { available }
        }
      }
    }
  }
}
"""


async def run_platform(settings: Settings) -> None:
    """Everything in this process, until SIGTERM; the caller holds the data folder."""
    listener = _listener(settings.host, settings.port)
    configure_logs(sys.stdout, level=_level(settings))
    key = keys.signing_key(settings.keys_dir)
    async with open_database(settings) as server:
        await migrate(server.url, click.echo)
        if settings.development:
            await seed(server.url, click.echo)
        async with open_agents(settings, server.url, subgraphs(), Nowhere()) as agents:
            gateway = _gateway(settings, agents)
            edge = _edge(settings, gateway, key, agents, _graphiql(settings))
            ready = _ready(settings, listener.getsockname()[1], server)
            async with (
                _closing(gateway),
                _scheduled(settings, agents),
                event_work(settings, server.url, agents),
            ):
                with _announcing(settings, ready) as announce:
                    app = create_app(edge)
                    settle()
                    await serve(
                        app,
                        listener,
                        lifecycle=edge.lifecycle,
                        streams=edge.streams,
                        on_ready=announce,
                    )


async def run_agent(settings: Settings, name: str, port: int) -> None:
    """One agent's subgraph over HTTP, under its own database role, until SIGTERM."""
    found = subgraph(name)
    listener = _listener(settings.host, port)
    configure_logs(sys.stdout, level=_level(settings), constant={"agent": name})
    key = keys.signing_key(settings.keys_dir)
    urls = {other: each.routing_url for other, each in config().subgraphs.items() if other != name}
    limits = HttpSettings(
        timeout=settings.limits.subgraph_seconds, max_response_bytes=settings.limits.subgraph_bytes
    )
    async with (
        open_database(settings, share=True) as server,
        _closing(HttpRemote(urls, key, limits)) as remote,
        open_agents(settings, server.url, {name: found}, remote, role_of(name)) as agents,
    ):
        await _require_tables(agents.db, name)
        edge = _edge(settings, AgentExecutor(agents, name), key, agents, None)
        address = local_url(settings.host, listener.getsockname()[1])
        said = f"The {name} agent answers at {address}/graphql"
        app = create_app(edge)
        async with (
            _scheduled(settings, agents),
            event_work(settings, server.url, agents, role_of(name)),
        ):
            settle()
            await serve(
                app,
                listener,
                lifecycle=edge.lifecycle,
                streams=edge.streams,
                on_ready=lambda: click.echo(said),
            )


def local_url(host: str, port: int) -> str:
    """Where this process is reached; an IPv6 address stands in brackets (RFC 3986)."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def _require_tables(db: Database, agent: str) -> None:
    try:
        await db.rows(text("SELECT 1 FROM platform.schedule LIMIT 1"))
    except SQLAlchemyError as error:
        what = f"the database is not ready for the {agent} agent ({reason(error)})"
        raise Problem(what, "Run `souk migrate`") from error


@asynccontextmanager
async def _closing(connections: C) -> AsyncIterator[C]:
    """Closed however the block ends."""
    try:
        yield connections
    finally:
        await connections.close()


def _listener(host: str, port: int) -> Any:
    try:
        return listen(host, port)
    except CannotListen as error:
        what, _, mend = str(error).rstrip(".").partition(": ")
        mend = mend or "choose another address"
        raise Problem(what, mend[0].upper() + mend[1:]) from error


def _level(settings: Settings) -> int:
    return logging.getLevelNamesMapping()[settings.log_level.upper()]


@asynccontextmanager
async def open_agents(
    settings: Settings,
    url: str,
    agents: Mapping[str, Subgraph],
    remote: Remote,
    role: str | None = None,
) -> AsyncIterator[Agents]:
    """The agents on their database, with the installation's settings, until the block ends."""
    db = Database(url, connections=settings.pool_size, role=role)
    capture = DatabaseCapture(db, settings.data_dir / "spool" / "errors.jsonl")
    order = OrderSettings(
        prices_include_tax=settings.orders.prices_include_tax,
        unpaid=settings.orders.unpaid,
        confirm_by_hand=settings.orders.confirm_by_hand,
        payment_window=timedelta(hours=settings.orders.payment_hours),
        review=timedelta(hours=settings.orders.review_hours),
    )
    try:
        await capture.drain()
        hub = Hub(db, Defects(capture))
        chosen = {
            ExportSettings: ExportSettings(settings.exports_dir, link=_links(settings).link),
            OrderSettings: order,
            Roster: Roster(frozenset(config().subgraphs)),
        }
        yield Agents(agents, db, capture, chosen, remote, hub=hub)
    finally:
        await db.close()


def _links(settings: Settings) -> ExportLinks:
    return ExportLinks(keys.signing_key(settings.keys_dir), settings.exports_dir)


def _gateway(settings: Settings, agents: Agents) -> Gateway:
    limits = settings.limits
    checks = Limits(
        depth=limits.depth,
        aliases=limits.aliases,
        root_fields=limits.root_fields,
        directives=limits.directives,
        tokens=limits.tokens,
    )

    sdl = supergraph_sdl()
    return Gateway(
        sdl,
        local_transports(agents, limits.subgraph_seconds),
        settings=GatewaySettings(
            max_tokens=limits.tokens,
            introspection=settings.introspection_enabled,
            planning_seconds=limits.planning_seconds,
            max_cost=limits.cost,
            list_size=_LIST_SIZE,
            report_cost=True,
        ),
        check=checks.check,
        on_defect=captured(agents.capture),
        scalars=PARSERS,
        sharing=Sharing(api_schema(parse(sdl, no_location=True)), agents.subgraphs.values()),
    )


def captured(capture: Capture) -> OnDefect:
    """The gateway's own defects go where the agents' go, with the id of the request."""

    async def tell(place: str, defect: BaseException) -> str:
        return await capture("gateway", place, defect, REQUEST_ID.get() or "gateway")

    return tell


def _edge(
    settings: Settings,
    executor: Executor,
    key: SigningKey,
    agents: Agents,
    graphiql: GraphiQL | None,
) -> ServerSettings:
    public = keys.jwks(key)

    async def readiness() -> Sequence[str]:
        try:
            async with asyncio.timeout(2):
                await agents.db.rows(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return ["the database does not answer"]
        return []

    return ServerSettings(
        executor=executor,
        authenticator=Authenticator(public, issuer=ISSUER, audience=AUDIENCE),
        jwks=lambda: public,
        readiness=readiness,
        graphiql=graphiql,
        on_defect=captured(agents.capture),
        routes=[_links(settings).route()],
        max_body_bytes=settings.limits.body_bytes,
        timeout_seconds=settings.limits.request_seconds,
        streams=_streams(settings),
    )


def _streams(settings: Settings) -> StreamSettings:
    streams = settings.streams
    return StreamSettings(
        init_timeout=streams.init_seconds,
        ping_interval=streams.ping_seconds,
        heartbeat=streams.heartbeat_seconds,
        max_message_bytes=streams.message_bytes,
        queue=streams.queue,
        connections=streams.connections,
        connections_per_principal=streams.connections_per_principal,
        subscriptions=streams.subscriptions,
        subscriptions_per_principal=streams.subscriptions_per_principal,
        operations_per_connection=streams.operations_per_connection,
        allowed_origins=frozenset(streams.allowed_origins),
    )


def _graphiql(settings: Settings) -> GraphiQL | None:
    if not settings.graphiql_enabled:
        return None
    return GraphiQL(default_query=EXAMPLE, title="Souk")


@asynccontextmanager
async def _scheduled(settings: Settings, agents: Agents) -> AsyncIterator[None]:
    """The schedule and the workers run beside the server, and end with it."""
    own = [timer for each in agents.subgraphs.values() for timer in each.timers]
    timers = [*own, retention(settings)]
    beside = [
        asyncio.create_task(each.run())
        for each in (
            Schedule(agents.db, timers, agents.capture),
            Worker(agents.db, Intents(agents), agents.capture),
            Worker(agents.db, Sagas(agents), agents.capture),
        )
    ]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


@contextmanager
def _announcing(settings: Settings, ready: Ready) -> Iterator[Callable[[], None]]:
    """What the server calls once it takes requests; it is unsaid when the block ends."""
    with ExitStack() as said:
        yield lambda: said.enter_context(running.announced(settings.run_dir, ready))


def _ready(settings: Settings, port: int, server: DatabaseServer) -> Ready:
    url = local_url(settings.host, port)
    return Ready(
        pid=os.getpid(),
        url=url,
        graphiql=f"{url}/graphiql" if settings.graphiql_enabled else None,
        started_at=datetime.now(UTC),
        database=f"PostgreSQL {server.version} at {server.place}",
    )
