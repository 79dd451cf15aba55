"""Messages over WebSockets: those of one turn go out together, in order, before what follows."""

import asyncio

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from gateway.server.frames import FramedWebSocket, frame
from tests.gateway.server.running import running

MANY = 500


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
        write = socket.transport.write

        class Counting:
            def __getattr__(self, name: str) -> object:
                return getattr(transport, name)

            def write(_, data: bytes) -> None:
                self.writes.append(len(data))
                write(data)

        transport = socket.transport
        socket.transport = Counting()  # type: ignore[assignment]
        for number in range(MANY):
            socket.write_text(self.text(number))
        socket.close(4400, "enough")
        socket.write_text(b"too late")
        await receive()


@pytest.mark.parametrize("size", [1, 1000])
async def test_all_of_one_turn_arrive_in_order_and_before_the_close(size: int) -> None:
    app = App(size)
    async with running(app) as url, aiohttp.ClientSession() as client:
        async with client.ws_connect(url) as socket:
            received = [message.data async for message in socket]
            assert (socket.close_code, received) == (
                4400, [app.text(number).decode() for number in range(MANY)],
            )  # fmt: skip
    sizes = sum(len(frame(app.text(number))) for number in range(MANY))
    *frames, _goodbye = app.writes
    assert sum(frames) == sizes
    assert len(frames) == -(-sizes // 65_536)
