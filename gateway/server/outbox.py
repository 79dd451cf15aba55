"""What a WebSocket is still to be sent: nothing, as long as its client reads."""

import asyncio
from collections import deque
from typing import Protocol

from gateway.server.frames import FramedWebSocket


class Waits(Protocol):
    """Whoever has messages waiting. `waiting`: how many."""

    waiting: int


class Outbox:
    """Messages in order. Those of a subscription wait; how many of them, it decides by itself."""

    def __init__(self, socket: FramedWebSocket) -> None:
        self._socket = socket
        self._waiting: deque[tuple[Waits | None, bytes]] = deque()
        self._free = asyncio.Event()
        self._free.set()
        socket.on_change = self._flush

    @property
    def is_free(self) -> bool:
        """Whether a message would go out at once."""
        return self._free.is_set() and self._socket.is_writable

    def send(self, message: bytes, of: Waits | None = None) -> None:
        if self.is_free:
            self._socket.write_text(message)
            return
        self._free.clear()
        self._waiting.append((of, message))
        if of is not None:
            of.waiting += 1

    async def free(self) -> None:
        """Until all has gone out: who does not read is not listened to either."""
        await self._free.wait()

    def close(self, code: int, reason: str) -> None:
        """Behind all that waits, so that nobody misses an error that was still to come."""
        for _, message in self._waiting:
            self._socket.write_text(message)
        self._forget()
        self._socket.close(code, reason)

    def _flush(self) -> None:
        if self._socket.is_closing:
            self._forget()
            return
        while self._waiting and self._socket.is_writable:
            of, message = self._waiting.popleft()
            if of is not None:
                of.waiting -= 1
            self._socket.write_text(message)
        if not self._waiting:
            self._free.set()

    def _forget(self) -> None:
        for of, _ in self._waiting:
            if of is not None:
                of.waiting -= 1
        self._waiting.clear()
        self._free.set()
