"""Messages over WebSockets: those of one turn go out together, in order, before what follows."""

from typing import Any, cast

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from gateway.server.frames import FramedWebSocket, frame
from tests.gateway.server.running import running

MANY = 500


class _Counting:
    """A transport that notes how much is written at once."""

    def __init__(self, transport: Any, writes: list[int]) -> None:
        self._transport = transport
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._writes.append(len(data))
        self._transport.write(data)


class App:
    """Writes `MANY` messages in one turn, of `size` bytes at least, and says goodbye."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.writes: list[int] = []

    def text(self, number: int) -> bytes:
        return b"%d " % number + b"x" * self.size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        socket = FramedWebSocket.of(scope)
        socket.transport = cast(Any, _Counting(socket.transport, self.writes))
        for number in range(MANY):
            socket.write_text(self.text(number))
        socket.close(4400, "enough")
        socket.write_text(b"too late")
        await receive()


@pytest.mark.parametrize("size", [1, 1000])
async def test_all_of_one_turn_arrive_in_order_and_before_the_close(size: int) -> None:
    app = App(size)
    async with (
        running(app) as url,
        aiohttp.ClientSession() as client,
        client.ws_connect(url) as socket,
    ):
        received = [message.data async for message in socket]
        assert socket.close_code == 4400
    assert received == [app.text(number).decode() for number in range(MANY)]
    sizes = sum(len(frame(app.text(number))) for number in range(MANY))
    *frames, _goodbye = app.writes
    assert sum(frames) == sizes
    assert len(frames) == -(-sizes // 65_536)
