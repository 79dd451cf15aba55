"""A subgraph over HTTP: pooled connections, a deadline, a cap on what is read, one retry."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final

import aiohttp
import orjson

from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable
from gateway.transport.response import checked_response, is_graphql

_FORWARDED: Final = ("authorization", "x-request-id")
_ALWAYS: Final = MappingProxyType(
    {
        "accept": "application/graphql-response+json, application/json;q=0.9",
        "accept-encoding": "identity",
        "content-type": "application/json",
    }
)
# Above this aiohttp wants a stream, so as not to block the loop on one huge write.
_STREAMED_FROM: Final = 1_048_576
_CHUNK: Final = 65_536


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Seconds and bytes. `keep_alive` must be below the server's own, or requests are lost."""

    timeout: float = 10.0
    connect_timeout: float = 2.0
    max_response_bytes: int = 16 * 1_048_576
    connections: int = 100
    keep_alive: float = 4.0


DEFAULT_HTTP_SETTINGS: Final = HttpSettings()


class HttpTransport:
    """Sends operations to the GraphQL endpoint at `url` by POST, none of them by redirect."""

    def __init__(self, url: str, settings: HttpSettings = DEFAULT_HTTP_SETTINGS) -> None:
        self._url = url
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        """See `Transport.execute`."""
        body = orjson.dumps({"query": request.document, "variables": dict(request.variables)})
        headers = {**_ALWAYS, "x-request-id": request.context.request_id}
        for name in _FORWARDED:
            if name in request.context.headers:
                headers[name] = request.context.headers[name]
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await self._send(body, headers, may_retry=request.operation == "query")
        except aiohttp.ClientError as error:
            raise SubgraphUnavailable(f"{self._url}: {error!r}") from error
        except TimeoutError as error:
            raise SubgraphUnavailable(
                f"{self._url}: no answer within {self._settings.timeout:g} s"
            ) from error
        except OSError as error:
            raise SubgraphUnavailable(f"{self._url}: {error!r}") from error

    async def close(self) -> None:
        """Close the connections. A later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(
        self, body: bytes, headers: Mapping[str, str], *, may_retry: bool
    ) -> Mapping[str, Any]:
        try:
            return await self._post(body, headers)
        except _NothingReceived:
            # It may have been executed all the same: mutations are not sent twice.
            if not may_retry:
                raise
            return await self._post(body, headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        data = BytesIO(body) if len(body) >= _STREAMED_FROM else body
        try:
            response = await self._open_session().post(
                self._url, data=data, headers=headers, allow_redirects=False
            )
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            raise _NothingReceived(f"{self._url}: {error!r}") from error
        async with response:
            if not is_graphql(response.status, response.content_type):
                raise SubgraphUnavailable(
                    f"{self._url}: answered {response.status} {response.content_type}"
                )
            return checked_response(await self._read(response), self._url)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        limit = self._settings.max_response_bytes
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > limit:
                response.close()
                raise SubgraphUnavailable(f"{self._url}: answered more than {limit} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _open_session(self) -> aiohttp.ClientSession:
        """Made with the first request: a session belongs to the loop that it is made in."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._settings.connections, keepalive_timeout=self._settings.keep_alive
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                # The deadline of `execute` bounds both attempts.
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._settings.connect_timeout
                ),
                auto_decompress=False,
            )
        return self._session


class _NothingReceived(SubgraphUnavailable):
    """The connection was refused, or was lost before the head of an answer was complete."""
