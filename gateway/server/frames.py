"""WebSockets as uvicorn serves them, with a way for messages that are ready as bytes.

ASGI would encode each message for each socket, and each in a task that has to be woken for it.
"""

from collections.abc import Callable
from struct import pack
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_EXTENSION: Final = "gateway.frames"

# Bytes that wait for no more of their kind: uvloop calls the system for every write.
_TOGETHER: Final = 65_536


class FramedWebSocket(WebSocketsSansIOProtocol):
    """Instead of uvicorn's own. `on_change` is called when writing becomes possible, or futile."""

    on_change: Callable[[], None] | None = None

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._frames: list[bytes] = []
        self._size = 0

    @staticmethod
    def of(scope: Any) -> "FramedWebSocket":
        """The connection behind an ASGI scope. It must be served by `gateway.server.serve`."""
        return cast(FramedWebSocket, scope["extensions"][_EXTENSION])

    @property
    def is_writable(self) -> bool:
        """Whether what is written now goes out without waiting for the client to read."""
        return self.writable.is_set()

    @property
    def is_closing(self) -> bool:
        return self.close_sent or self.disconnected or self.transport.is_closing()

    def write_text(self, text: bytes) -> None:
        """One text message, never waiting: a client that does not read fills a buffer.

        It goes out with those that follow in this turn of the event loop.
        """
        if self.is_closing:
            return
        if not self._frames:
            self.loop.call_soon(self._flush)
        self._frames.append(frame(text))
        self._size += len(text)
        if self._size >= _TOGETHER:
            self._flush()

    def close(self, code: int, reason: str) -> None:
        """Says goodbye behind what has been written; the app is told that it is disconnected."""
        if self.is_closing or not self.handshake_complete:
            return
        self._flush()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)
        self._changed()

    # -- uvicorn's

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[_EXTENSION] = self

    def resume_writing(self) -> None:
        super().resume_writing()
        self._changed()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._changed()

    def shutdown(self) -> None:
        self._flush()
        super().shutdown()
        self._changed()

    def _flush(self) -> None:
        frames, self._frames, self._size = self._frames, [], 0
        if frames and not self.is_closing:
            self.transport.write(b"".join(frames))

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()


def frame(text: bytes) -> bytes:
    """An unmasked, uncompressed text frame (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return pack("!BB", 0x81, size) + text
    if size < 65_536:
        return pack("!BBH", 0x81, 126, size) + text
    return pack("!BBQ", 0x81, 127, size) + text
