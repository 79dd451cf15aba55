"""Connections to one subgraph, kept while they may be used again."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from gateway.transport.connection import Begin, Connection, HttpAnswer
from gateway.transport.dial import dial, trusted
from gateway.transport.protocol import SubgraphUnavailable

_PORTS: Final = {"http": 80, "https": 443}
# What a path may hold as it is (RFC 3986, section 3.3), and what is quoted already.
_PATH: Final = "/%:@!$&'()*+,;=~"


class Pool:
    """At most `limit` connections to the origin of `url`; a request more waits for one.

    Raises ValueError where there can be none.

    Seconds: an idle connection is closed after `keep_alive`; a new one must be there within
    `connect_timeout`. Belongs to the event loop of its first request.
    """

    def __init__(self, url: str, *, limit: int, keep_alive: float, connect_timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("no http or https URL")
        if "@" in parts.netloc:
            raise ValueError("credentials in a URL are not sent: insert a header")
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._tls = trusted() if parts.scheme == "https" else None
        self._start = _start(parts)
        self._keep_alive = keep_alive
        self._connect_timeout = connect_timeout
        self._free = asyncio.Semaphore(limit)
        self._idle: list[Connection] = []  # the one used last is the last
        self._all: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def post(self, headers: Mapping[str, str], body: bytes, begin: Begin) -> HttpAnswer:
        """The answer to a POST. Raises Transient or SubgraphUnavailable."""
        request = b"%scontent-length: %d\r\n\r\n%s" % (self._head(headers), len(body), body)
        async with self._free:
            connection = self._kept() or await self._connect()
            try:
                answer = await connection.exchange(request, begin)
            except BaseException:
                connection.abort()
                raise
            self._keep(connection)
        return answer

    async def close(self) -> None:
        """Ends whatever is under way."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        lost = [connection.lost for connection in self._all]
        for connection in self._all:
            connection.abort()
        if lost:
            await asyncio.wait(lost)

    def _head(self, headers: Mapping[str, str]) -> bytes:
        count = len(headers)
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        if lines.count("\r") != count or lines.count("\n") != count or "\0" in lines:
            raise SubgraphUnavailable("a header holds what would end it")
        try:
            return self._start + lines.encode("latin-1")
        except UnicodeEncodeError:
            raise SubgraphUnavailable("a header holds what cannot be sent") from None

    async def _connect(self) -> Connection:
        connection = await dial(
            lambda: Connection(self._lost), self._host, self._port, self._tls, self._connect_timeout
        )
        self._all.add(connection)
        return connection

    # -- idle connections

    def _kept(self) -> Connection | None:
        self._close_old()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open():
                return connection
            connection.abort()
        return None

    def _keep(self, connection: Connection) -> None:
        if self._is_closed or not connection.is_free():
            connection.abort()
            return
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = self._sweep_later()

    def _sweep_later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._keep_alive, self._swept)

    def _swept(self) -> None:
        self._close_old()
        self._sweep = self._sweep_later() if self._idle else None

    def _close_old(self) -> None:
        oldest = time.monotonic() - self._keep_alive
        while self._idle and self._idle[0].idle_since <= oldest:
            self._idle.pop(0).abort()

    def _lost(self, connection: Connection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)


def _start(parts: SplitResult) -> bytes:
    """The request line, and the headers that are the same for all requests."""
    assert parts.hostname is not None  # noqa: S101 checked
    host = parts.hostname.encode("idna").decode() if ":" not in parts.hostname else parts.hostname
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    path = quote(parts.path or "/", safe=_PATH)
    query = f"?{quote(parts.query, safe=_PATH + '?')}" if parts.query else ""
    return f"POST {path}{query} HTTP/1.1\r\nhost: {host}{port}\r\n".encode("ascii")
