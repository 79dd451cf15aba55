"""Reads the format of server-sent events (HTML, "Parsing an event stream")."""

from typing import NamedTuple

from gateway.transport.protocol import SubgraphUnavailable


class ServerSentEvent(NamedTuple):
    """`event` is empty where the stream does not name it."""

    event: bytes
    data: bytes


class EventStreamReader:
    """Takes chunks as they come. Raises SubgraphUnavailable above `limit` bytes for one event."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = b""
        self._event = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that are complete with it."""
        text = self._rest + chunk
        found: list[ServerSentEvent] = []
        # A CR at the end may be half of a CRLF.
        held = text[-1:] if text.endswith(b"\r") else b""
        lines = (text[: len(text) - len(held)]).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *whole, rest = lines.split(b"\n")
        self._rest = rest + held
        for line in whole:
            self._line(line, found)
        if len(self._rest) + self._size > self._limit:
            raise SubgraphUnavailable(f"sent an event of more than {self._limit} bytes")
        return found

    def _line(self, line: bytes, found: list[ServerSentEvent]) -> None:
        if not line:
            if self._data or self._event:
                found.append(ServerSentEvent(self._event, b"\n".join(self._data)))
            self._event, self._data, self._size = b"", [], 0
            return
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._event = value
        elif name == b"data":
            self._data.append(value)
            self._size += len(value)
