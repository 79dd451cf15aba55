"""A server that says over its connections exactly what a test tells it to."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gateway.transport.http import HttpSettings, HttpTransport

Speak = Callable[["Peer"], Awaitable[None]]
GOOD = b'{"data":{"a":1}}'


class Peer:
    """The server's side of one connection; `number` counts them from 1."""

    def __init__(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = number
        self._reader = reader
        self._writer = writer

    async def request(self) -> bytes:
        """The head and body of the next request."""
        head = await self.head()
        [length] = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        return head + await self._reader.readexactly(length)

    async def head(self) -> bytes:
        return await self._reader.readuntil(b"\r\n\r\n")

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def closed(self) -> None:
        """Returns when the other side has closed."""
        while await self._reader.read(65_536):
            pass


class Wire:
    """What has happened: the requests, by connection."""

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self.connections = 0
        self.open = 0
        self.most_open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._speak(Peer(self.connections, reader, writer))
        self.open -= 1
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def until(self, open_connections: int) -> None:
        """Returns when so many are open."""
        async with asyncio.timeout(5):
            while self.open != open_connections:  # noqa: ASYNC110 either side changes it
                await asyncio.sleep(0.001)


@asynccontextmanager
async def wired(
    speak: Speak,
    settings: HttpSettings | None = None,
    *,
    url: str = "http://127.0.0.1:{port}/graphql",
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[HttpTransport, Wire]]:
    """A transport to a server that speaks so on each connection."""
    wire = Wire(speak)
    listening = await asyncio.start_server(wire.serve, host, 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    transport = HttpTransport(url.format(port=port), settings or HttpSettings())
    try:
        yield transport, wire
    finally:
        await transport.close()
        listening.close()
        await listening.wait_closed()


def response(body: bytes = GOOD, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", *headers]
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
