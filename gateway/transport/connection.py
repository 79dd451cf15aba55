"""One HTTP/1.1 connection to a subgraph: one request at a time, its answer read as it arrives."""

import asyncio
import select
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, cast

import httptools

from gateway.transport.compression import AnswerReader
from gateway.transport.protocol import SubgraphUnavailable
from gateway.transport.retry import Transient

_LONGEST_HEAD: Final = 65_536
# Framing of chunks may take so many times the bytes that are in them.
_MOST_FRAMING: Final = 8
_FINAL: Final = 200  # below it answers are interim (RFC 9110, section 15.2)


class ReceivedHeaders:
    """The headers of an answer as they came. See `headers.AnswerHeaders`."""

    __slots__ = ("_fields",)

    def __init__(self, fields: list[tuple[bytes, bytes]]) -> None:
        self._fields = fields

    def keys(self) -> Iterable[str]:
        return [name.decode("latin-1") for name, _ in self._fields]

    def getall(self, key: str) -> list[str]:
        wanted = key.lower().encode("latin-1")
        return [
            value.decode("utf-8", "surrogateescape")
            for name, value in self._fields
            if name.lower() == wanted
        ]

    def get(self, key: str) -> str | None:
        """The first of that name."""
        found = self.getall(key)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, its body inflated."""

    status: int
    headers: ReceivedHeaders
    body: bytes | bytearray


Begin = Callable[[int, ReceivedHeaders], AnswerReader]
"""Reads the body of an answer with this status and these headers, or raises SubgraphUnavailable."""


class Connection(asyncio.Protocol):
    """Made by a pool, which `on_lost` tells when it is gone. Not to be used after a failure."""

    def __init__(self, on_lost: Callable[["Connection"], None]) -> None:
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[HttpAnswer] | None = None
        self._begin: Begin | None = None
        self._fields: list[tuple[bytes, bytes]] = []
        self._reader: AnswerReader | None = None
        self._framing = 0  # what came of the answer and is not of its body
        self._body_size = 0
        self._head_is_over = False
        self._status = 0
        self._stays = False
        self._broken = False
        self.idle_since = 0.0
        self.lost = asyncio.get_running_loop().create_future()

    # -- what a pool asks for

    async def exchange(self, request: bytes, begin: Begin) -> HttpAnswer:
        """The answer to a request.

        Raises Transient where the connection is lost before any of it came, SubgraphUnavailable
        where it is no answer that `begin` takes. Whoever is cancelled here must abort.
        """
        if self._transport is None or self._broken:
            raise Transient("the connection was lost before it was used", at_once=True)
        self._answer = asyncio.get_running_loop().create_future()
        self._begin = begin
        self._fields, self._reader = [], None
        self._framing, self._body_size, self._head_is_over = 0, 0, False
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None

    def is_free(self) -> bool:
        """Whether it can serve another request; from now on it is idle."""
        transport = self._transport
        if self._broken or transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() or not self._stays:
            return False  # a request of which something is still to be sent has its answer already
        self.idle_since = time.monotonic()
        return True

    def is_open(self) -> bool:
        """Whether an idle connection can be used: there is nothing to read, not even its end.

        The event loop may not have seen yet what has arrived; a mutation is not sent twice.
        """
        transport = self._transport
        if self._broken or transport is None or transport.is_closing():
            return False
        poller = select.poll()
        poller.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poller.poll(0)

    def abort(self) -> None:
        self._broken = True
        if self._transport is not None:
            self._transport.abort()

    # -- the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._broken:
            return
        self._framing += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(SubgraphUnavailable(f"the answer is not HTTP: {error}"))
        except httptools.HttpParserUpgrade:
            self._fail(SubgraphUnavailable("answered with another protocol"))
        if self._framing > _LONGEST_HEAD + _MOST_FRAMING * self._body_size and self._is_awaited():
            what = "framing is" if self._head_is_over else "headers are"
            self._fail(SubgraphUnavailable(f"its {what} longer than {_LONGEST_HEAD} bytes"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_awaited():
            if not self._framing:
                # A connection of the pool may have been closed while the request was on its way.
                self._fail(Transient(f"the connection was lost: {exc!r}", at_once=exc is None))
            elif exc is None and self._ends_with_the_connection():
                self._finish()
            else:
                self._fail(SubgraphUnavailable(f"the answer breaks off: {exc!r}"))
        self._broken = True
        self._transport = None
        self._on_lost(self)
        self.lost.set_result(None)

    # -- the parser

    def on_message_begin(self) -> None:
        if not self._is_awaited():
            self.abort()  # nobody asked for this: it must not become the next answer

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_is_over:  # else it is a trailer
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._broken or self._begin is None or self._status < _FINAL:
            return
        self._head_is_over = True
        try:
            self._reader = self._begin(self._status, ReceivedHeaders(self._fields))
        except SubgraphUnavailable as error:
            self._fail(error)

    def on_body(self, chunk: bytes) -> None:
        if self._reader is None or self._broken:
            return
        self._framing -= len(chunk)
        self._body_size += len(chunk)
        try:
            self._reader.feed(chunk)
        except SubgraphUnavailable as error:
            self._fail(error)

    def on_message_complete(self) -> None:
        if self._broken:
            return
        if not self._head_is_over:  # an interim answer, the real one follows
            self._fields = []
            return
        self._stays = self._parser.should_keep_alive()
        self._finish()

    # -- the end of an answer

    def _is_awaited(self) -> bool:
        return self._answer is not None and not self._answer.done()

    def _ends_with_the_connection(self) -> bool:
        names = {name.lower() for name, _ in self._fields}
        return self._reader is not None and names.isdisjoint(
            {b"content-length", b"transfer-encoding"}
        )

    def _finish(self) -> None:
        if self._reader is None or self._answer is None:
            return
        try:
            body = self._reader.body()
        except SubgraphUnavailable as error:
            self._fail(error)
            return
        self._answer.set_result(HttpAnswer(self._status, ReceivedHeaders(self._fields), body))

    def _fail(self, error: SubgraphUnavailable) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.abort()
