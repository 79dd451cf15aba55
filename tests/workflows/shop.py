"""The platform in front of one database: in one process, or with each agent behind a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from sqlalchemy import event
from starlette.types import ASGIApp

from gateway.context import RequestContext
from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest
from gateway.policy.authentication import Authenticator
from gateway.policy.limits import Limits
from gateway.server.app import create_app
from gateway.server.executor import Executor
from gateway.server.listen import listen
from gateway.server.serve import serve
from gateway.server.settings import ServerSettings
from gateway.transport.http import HttpTransport
from gateway.transport.protocol import Transport
from models.database import Clock, Database, NewId, utc_now
from models.ids import new_id
from models.migrations.grants import role_of
from models.migrations.run import AGENTS
from souk.agent_server import AgentExecutor
from souk.keys import SigningKey, jwks
from souk.local import local_transports
from souk.remote import HttpRemote
from souk.tokens import AUDIENCE, ISSUER, Grant, issue
from souk.tokens import Kind as TokenKind
from subgraphs.kit import Kind, Principal
from subgraphs.kit.agents import Agents
from subgraphs.kit.roster import Roster
from subgraphs.kit.scalars import PARSERS
from tests.platform import LoudCapture, composed, subgraph_of

REQUEST_ID = "req_workflow"
SETTINGS = {Roster: Roster(frozenset(AGENTS))}
Answer = dict[str, Any]


def token(key: SigningKey, principal: Principal) -> str:
    """A real token for this caller."""
    grant = Grant(
        principal.id,
        TokenKind(principal.kind.value),
        roles=sorted(principal.roles),
        scopes=sorted(principal.scopes),
    )
    return issue(key, grant)


def authenticator(key: SigningKey) -> Authenticator:
    return Authenticator(jwks(key), issuer=ISSUER, audience=AUDIENCE)


def headers(key: SigningKey, principal: Principal) -> dict[str, str]:
    """What this caller's requests bear: nobody in particular has no token."""
    if principal.kind is Kind.ANONYMOUS:
        return {}
    return {"authorization": f"Bearer {token(key, principal)}"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A gateway and what is behind it; `databases` are those of its agents."""

    gateway: Gateway
    agents: Mapping[str, Agents]
    key: SigningKey

    async def ask(
        self,
        document: str,
        principal: Principal,
        variables: Mapping[str, Any] | None = None,
        operation: str | None = None,
    ) -> Answer:
        """The GraphQL response, as the edge would get it for this caller's signed token."""
        given = headers(self.key, principal)
        claims = authenticator(self.key).authenticate(given.get("authorization"))
        request = GraphQLRequest(document, variables or {}, operation)
        context = RequestContext(REQUEST_ID, claims, given)
        return (await self.gateway.execute(request, context)).body()

    def app(self) -> ASGIApp:
        """The gateway's edge, with the limits that an installation has unless told otherwise."""
        return _edge(self.gateway, self.key)

    @property
    def databases(self) -> list[Database]:
        return list({id(each.db): each.db for each in self.agents.values()}.values())


@dataclass(frozen=True, slots=True)
class Determined:
    """What a clone's shop takes from outside: who wants equal answers gives equal ones."""

    clock: Clock = utc_now
    make_id: NewId = new_id
    connections: int = 5


@asynccontextmanager
async def in_process(
    url: Callable[[str], str], key: SigningKey, spool: Path, given: Determined | None = None
) -> AsyncIterator[Shop]:
    """All agents and the gateway in this process, as `souk up` has them."""
    async with _database(url("souk"), given or Determined()) as db:
        found = {name: subgraph_of(name) for name in AGENTS}
        agents = Agents(found, db, LoudCapture(db, spool), SETTINGS)
        gateway = _gateway(local_transports(agents, timeout=30))
        yield Shop(gateway, dict.fromkeys(AGENTS, agents), key)


@asynccontextmanager
async def over_sockets(
    url: Callable[[str], str], key: SigningKey, spool: Path, given: Determined | None = None
) -> AsyncIterator[Shop]:
    """The gateway in front of agents of whom each is behind a socket."""
    async with agent_servers(url, key, spool, given) as (agents, urls):
        gateway = _gateway({name: HttpTransport(urls[name]) for name in AGENTS})
        yield Shop(gateway, agents, key)
        await gateway.close()


@asynccontextmanager
async def agent_servers(
    url: Callable[[str], str], key: SigningKey, spool: Path, given: Determined | None = None
) -> AsyncIterator[tuple[Mapping[str, Agents], Mapping[str, str]]]:
    """Each agent under its own role behind a socket of its own, as `souk serve` has it.

    The agents, and the URLs of their GraphQL endpoints, by name.
    """
    listeners = {name: listen("127.0.0.1", 0) for name in AGENTS}
    urls = {name: f"{address(each)}/graphql" for name, each in listeners.items()}
    agents: dict[str, Agents] = {}
    async with AsyncExitStack() as stack:
        for name, listener in listeners.items():
            db = await stack.enter_async_context(
                _database(url(role_of(name)), given or Determined())
            )
            remote = HttpRemote({other: urls[other] for other in AGENTS if other != name}, key)
            agents[name] = Agents(
                {name: subgraph_of(name)}, db, LoudCapture(db, spool), SETTINGS, remote=remote
            )
            app = _edge(AgentExecutor(agents[name], name), key)
            await stack.enter_async_context(served(app, listener))
        for each in agents.values():
            assert isinstance(each.remote, HttpRemote)
            stack.push_async_callback(each.remote.close)
        yield agents, urls


@asynccontextmanager
async def served(app: ASGIApp, listener: socket) -> AsyncIterator[str]:
    """The app on a socket until the block ends; its URL."""
    ready, stop = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve(app, listener, on_ready=ready.set, stop=stop))
    await ready.wait()
    try:
        yield address(listener)
    finally:
        stop.set()
        await task


def address(listener: socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


async def counted(shop: Shop, work: Callable[[], Awaitable[Answer]]) -> tuple[Answer, list[str]]:
    """What `work` answers, and the SQL that ran for it on the agents' connections."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    engines = [db.engine.sync_engine for db in shop.databases]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        return await work(), seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def _gateway(transports: Mapping[str, Transport]) -> Gateway:
    # Planning has its limit elsewhere: here it shares two cores with whatever else is tested.
    settings = GatewaySettings(planning_seconds=30)
    return Gateway(composed(), transports, settings=settings, check=Limits().check, scalars=PARSERS)


def _edge(executor: Executor, key: SigningKey) -> ASGIApp:
    public = jwks(key)
    return create_app(
        ServerSettings(executor=executor, authenticator=authenticator(key), jwks=lambda: public)
    )


@asynccontextmanager
async def _database(url: str, given: Determined) -> AsyncIterator[Database]:
    db = Database(url, connections=given.connections, clock=given.clock, make_id=given.make_id)
    try:
        yield db
    finally:
        await db.close()
