"""Three shops that begin alike, each behind another gateway that has the committed supergraph."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp

from gateway.gateway import Gateway, GatewaySettings
from gateway.server.listen import listen
from gateway.transport.http import HttpTransport
from souk.keys import SigningKey
from subgraphs.kit import Principal
from tests.interop.corpus import SUPERGRAPH
from tests.interop.peers import apollo, hive
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.operations import CONFIRMED, DRAFT, SHIPPED, Answers, Operation
from tests.workflows.remembered import remembered
from tests.workflows.shop import Determined, Shop, agent_servers, headers, served
from tests.workflows.test_transports import NOW, Numbered

OURS, APOLLO, HIVE = "souk", "apollo", "hive"
PEERS: Final = (APOLLO, HIVE)
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60)


class Clients:
    """Asks each gateway as any client would: by POST, with a token."""

    def __init__(
        self, urls: Mapping[str, str], key: SigningKey, session: aiohttp.ClientSession
    ) -> None:
        self._urls = urls
        self._key = key
        self._session = session

    async def ask(self, gateway: str, asked: Operation, before: Answers) -> dict[str, Any]:
        body = {
            "query": asked.document,
            "variables": dict(asked.given(before)),
            "operationName": asked.operation,
        }
        given = {"accept": "application/json", **self._headers(asked.caller)}
        async with self._session.post(self._urls[gateway], json=body, headers=given) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            return answer

    def _headers(self, caller: Principal) -> dict[str, str]:
        return headers(self._key, caller)


@asynccontextmanager
async def three(
    server: Server, key: SigningKey, packages: Path, folder: Path
) -> AsyncIterator[Clients]:
    """All three, each in front of agent servers and a database of its own."""
    async with AsyncExitStack() as stack:
        urls: dict[str, str] = {}
        for gateway in (OURS, *PEERS):
            name = await stack.enter_async_context(seeded.clone(server))
            agents, at = await stack.enter_async_context(
                agent_servers(
                    partial(server.url, name), key, folder, Determined(lambda: NOW, Numbered())
                )
            )
            await remembered(agents["monitoring"], SHIPPED.id, CONFIRMED.id, DRAFT.id)
            log = folder / f"{gateway}.log"
            if gateway == OURS:
                opened = _ours(Shop(_gateway(at), agents, key))
            else:
                opened = (apollo if gateway == APOLLO else hive)(packages, at, log)
            urls[gateway] = await stack.enter_async_context(opened)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=_TIMEOUT))
        yield Clients(urls, key, session)


def _gateway(urls: Mapping[str, str]) -> Gateway:
    transports = {name: HttpTransport(url) for name, url in urls.items()}
    # Planning has its limit elsewhere: here it shares two cores with two other gateways.
    return Gateway(
        SUPERGRAPH.read_text(), transports, settings=GatewaySettings(planning_seconds=30)
    )


@asynccontextmanager
async def _ours(shop: Shop) -> AsyncIterator[str]:
    async with served(shop.app(), listen("127.0.0.1", 0)) as url:
        yield f"{url}/graphql"
    await shop.gateway.close()
