"""Agents of other processes: commands to them over HTTP, each with a service token of its own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gateway.context import RequestContext
from gateway.transport.http import DEFAULT_HTTP_SETTINGS, HttpSettings, HttpTransport
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable
from souk.keys import SigningKey
from souk.tokens import Grant, Kind, issue
from subgraphs.kit import Principal
from subgraphs.kit.graph import Document, GraphUnavailable

LIFE = timedelta(minutes=5)


class HttpRemote:
    """`urls` are the GraphQL endpoints by agent; `key` is the installation's."""

    def __init__(
        self,
        urls: Mapping[str, str],
        key: SigningKey,
        settings: HttpSettings = DEFAULT_HTTP_SETTINGS,
    ) -> None:
        self._transports = {agent: HttpTransport(url, settings) for agent, url in urls.items()}
        self._key = key

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Principal, correlation: str
    ) -> Mapping[str, Any]:
        """See `subgraphs.kit.agents.Remote`."""
        transport = self._transports.get(document.owner)
        if transport is None:
            raise GraphUnavailable(f"there is no {document.owner} agent")
        context = RequestContext(
            request_id=correlation, headers={"authorization": f"Bearer {self._token(sender)}"}
        )
        # A command carries an idempotency key, but only its sender may decide to repeat it.
        request = SubgraphRequest(document.text, variables, "mutation", context)
        try:
            return await transport.execute(request)
        except SubgraphUnavailable as error:
            raise GraphUnavailable(str(error)) from error

    async def close(self) -> None:
        for transport in self._transports.values():
            await transport.close()

    def _token(self, sender: Principal) -> str:
        grant = Grant(
            sender.id,
            Kind.SERVICE,
            commands=sorted(sender.commands),
            on_behalf_of=sender.on_behalf_of,
        )
        return issue(self._key, grant, LIFE)
