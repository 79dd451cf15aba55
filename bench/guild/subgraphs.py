"""All four subgraphs in one process, at once: each different request is executed only once.

The data never changes, so the bytes that answered a request answer it ever after. What is left
is finding them: some microseconds, so that the gateway under measurement is what one waits for.
"""

import asyncio
import re
from typing import Any, cast

import orjson
import uvloop

from bench.guild.resolvers import Subgraphs
from gateway.server.listen import listen

_MOST_ANSWERS = 10_000
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_AUTHORIZATION = re.compile(rb"\r\nauthorization: ", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Answers:
    """Answers by request, and how many calls there were; with an authorization header, too."""

    def __init__(self) -> None:
        self._subgraphs = Subgraphs()
        self._known: dict[tuple[bytes, bytes], bytes] = {}
        self._calls: dict[str, int] = {}
        self._authorized = 0

    def find(self, path: bytes, head: bytes, body: bytes) -> bytes:
        """The whole HTTP response."""
        if path == b"/calls":
            return _response({"calls": self._calls, "authorized": self._authorized})
        name = path[1:].decode()
        self._calls[name] = self._calls.get(name, 0) + 1
        if _AUTHORIZATION.search(head):
            self._authorized += 1
        answer = self._known.get((path, body))
        if answer is None:
            answer = _response(self._subgraphs.answer(name, orjson.loads(body)))
            if len(self._known) < _MOST_ANSWERS:
                self._known[path, body] = answer
        return answer


def _response(value: Any) -> bytes:
    body = orjson.dumps(value)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + _HEAD_END + body


class _Connection(asyncio.Protocol):
    """As much of HTTP/1.1 as the gateways speak here: keep-alive, and bodies of known length."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer = buffer = self._buffer + data if self._buffer else data
        while (end := buffer.find(_HEAD_END)) >= 0:
            head = buffer[: end + 2]
            found = _LENGTH.search(head)
            begin = end + len(_HEAD_END)
            stop = begin + (int(found[1]) if found else 0)
            if len(buffer) < stop:
                break
            path = head.split(b" ", 2)[1]
            self._transport.write(self._answers.find(path, head, buffer[begin:stop]))
            self._buffer = buffer = buffer[stop:]


async def main() -> None:
    """Says its address on standard output, and serves until it is stopped."""
    answers = Answers()
    listener = listen("127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), sock=listener)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
