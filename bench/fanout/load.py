"""Subscribers in numbers, in a process of their own: they count what they get, and do little else.

Says `connected`, is told to `go`, says when all of it has come.
"""

import argparse
import asyncio
import json
import resource
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

import uvloop

_BATCH: Final = 100
_NEXT: Final = b'"type":"next"'
_PING: Final = 0x89
_ACK: Final = b'"connection_ack"'


def raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def masked(message: dict[str, Any]) -> bytes:
    """A client's text frame; a mask of zeros leaves the text as it is."""
    text = json.dumps(message).encode()
    head = struct.pack("!BB", 0x81, 0x80 | len(text)) if len(text) < 126 else b""
    return (head or struct.pack("!BBH", 0x81, 0xFE, len(text))) + bytes(4) + text


class Subscriber(asyncio.Protocol):
    """Handshake, `connection_init`, `subscribe`; then it counts. `first` is the first answer."""

    def __init__(
        self, number: int, host: str, path: str, query: str, token: str, done: Callable[[], None]
    ) -> None:
        self.number, self.host, self.path = number, host, path
        self.query, self.token, self._done = query, token, done
        self.buffer = b""
        self.upgraded = False
        self.received = 0
        self.wanted = -1
        self.first = b""
        self.lost = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self.transport.write(
            f"GET {self.path} HTTP/1.1\r\nhost: {self.host}\r\nupgrade: websocket\r\n"
            "connection: Upgrade\r\nsec-websocket-version: 13\r\n"
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionError(head.decode()))
                return
            self.upgraded, self.buffer = True, rest
            payload = {"authorization": f"Bearer {self.token}"} if self.token else {}
            self.transport.write(masked({"type": "connection_init", "payload": payload}))
        self._frames()

    def _frames(self) -> None:
        buffer, start = self.buffer, 0
        while len(buffer) - start >= 2:
            size, head = buffer[start + 1], 2
            if size == 126:
                if len(buffer) - start < 4:
                    break
                size, head = struct.unpack_from("!H", buffer, start + 2)[0], 4
            end = start + head + size
            if len(buffer) < end:
                break
            if buffer[start] == _PING:
                self.transport.write(b"\x8a\x84" + bytes(4) + buffer[start + head : end])
            else:
                self._message(buffer[start + head : end])
            start = end
        self.buffer = buffer[start:]

    def _message(self, text: bytes) -> None:
        if _NEXT in text[:60]:
            self.received += 1
            if not self.first:
                self.first = text
            if self.received == self.wanted:
                self._done()
        elif _ACK in text:
            self.transport.write(
                masked(
                    {
                        "id": str(self.number),
                        "type": "subscribe",
                        "payload": {"query": self.query},
                    }
                )
            )
            self.ready.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionError("closed"))


S = TypeVar("S", bound=Subscriber)


async def subscribed(
    url: str, query: str, tokens: list[str], count: int, done: Callable[[], None], kind: type[S]
) -> list[S]:
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port or 80
    found: list[S] = []
    for begin in range(0, count, _BATCH):
        batch = [
            kind(n, parts.netloc, parts.path, query, tokens[n % len(tokens)], done)
            for n in range(begin, min(count, begin + _BATCH))
        ]
        for each in batch:
            await loop.create_connection(lambda each=each: each, host, port)  # type: ignore[misc]  # the lambda's default
        await asyncio.gather(*(each.ready for each in batch))
        found += batch
    return found


async def main(arguments: argparse.Namespace) -> None:
    remaining = 0
    over = asyncio.Event()

    def done() -> None:
        nonlocal remaining
        remaining -= 1
        if not remaining:
            over.set()

    order = json.loads(sys.stdin.readline())
    found = await subscribed(
        *(arguments.url, order["query"], order["tokens"], order["count"], done), kind=Subscriber
    )
    _say({"connected": len(found)})
    while line := await asyncio.to_thread(sys.stdin.readline):
        events = int(line)
        remaining = len(found)
        over.clear()
        for each in found:
            each.wanted = each.received + events
        _say({"ready": True})
        began = time.perf_counter()
        try:
            async with asyncio.timeout(arguments.seconds):
                await over.wait()
        except TimeoutError:
            pass
        _say(
            {
                "seconds": time.perf_counter() - began,
                "short": sum(each.received < each.wanted for each in found),
                "lost": sum(each.lost for each in found),
                "first": found[0].first.decode(),
                "cpu_seconds": time.process_time(),
            }
        )


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=120.0)
    raise_file_limit()
    uvloop.run(main(parser.parse_args()))
