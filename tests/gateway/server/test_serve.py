"""Listening, and stopping without losing a request."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import orjson
import pytest

from gateway.server.app import create_app
from gateway.server.listen import CannotListen, PortTaken, listen
from gateway.server.serve import serve
from gateway.server.settings import ServerSettings
from tests.gateway.server.standin import StandIn

ROOT = Path(__file__).parents[3]
SLOW = "/graphql?query={slow}"


def test_taken_port_says_which_and_how_to_mend_it() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            listen("127.0.0.1", port)
    assert (caught.value.host, caught.value.port) == ("127.0.0.1", port)
    assert str(caught.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program: stop it, or choose another port."
    )


def test_port_is_free_again_after_close() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            first.setblocking(True)
            first.accept()[0].close()
    listen("127.0.0.1", port).close()


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("no-such-host.invalid", 4000, ".+"),
        ("192.0.2.1", 4000, "Cannot assign requested address"),
        ("127.0.0.1", 65_536, "no such port"),
        ("127.0.0.1", -1, "no such port"),
    ],
)
def test_unusable_address(host: str, port: int, reason: str) -> None:
    message = (
        rf"^Cannot listen on {host} port {port} \({reason}\): choose another address or port\.$"
    )
    with pytest.raises(CannotListen, match=message) as caught:
        listen(host, port)
    assert not isinstance(caught.value, PortTaken)


@dataclass(frozen=True)
class Stopping:
    """A server that has been told to stop while it works on `slow`; `idle` has a connection."""

    url: str
    standin: StandIn
    idle: aiohttp.ClientSession
    slow: "asyncio.Task[aiohttp.ClientResponse]"


@pytest.fixture
async def stopping() -> AsyncIterator[Stopping]:
    standin, stop = StandIn(), asyncio.Event()
    settings = ServerSettings(standin)
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = asyncio.create_task(
        serve(create_app(settings), listener, lifecycle=settings.lifecycle, stop=stop)
    )
    async with aiohttp.ClientSession(url) as busy, aiohttp.ClientSession(url) as idle:
        slow = asyncio.create_task(busy.get(SLOW))
        await standin.started.wait()
        async with idle.get("/health/ready") as response:
            assert (response.status, await response.json()) == (200, {"status": "ready"})
            assert "connection" not in response.headers
        stop.set()
        await refused(url)
        yield Stopping(url, standin, idle, slow)
    await server


async def test_request_in_flight_is_finished(stopping: Stopping) -> None:
    assert not stopping.slow.done()
    stopping.standin.release.set()
    async with await stopping.slow as response:
        assert response.status == 200
        assert response.headers["connection"] == "close"
        assert await response.json() == {"data": {"slow": "done"}}


async def test_idle_connection_is_answered_and_closed(stopping: Stopping) -> None:
    async with stopping.idle.get("/health/ready") as response:
        assert response.status == 503
        assert await response.json() == {"status": "unavailable", "reasons": ["draining"]}
        assert response.headers["connection"] == "close"
    with pytest.raises(aiohttp.ClientConnectorError):
        await stopping.idle.get("/health/live")
    stopping.slow.cancel()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signal_stops_the_process_after_its_work(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-m",
        "tests.gateway.server.stoppable",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = f"http://127.0.0.1:{int(await process.stdout.readline())}"
    async with aiohttp.ClientSession(url) as busy, aiohttp.ClientSession(url) as other:
        async with other.get("/loop") as response:
            assert await response.text() == "uvloop"
        slow = asyncio.create_task(busy.get(SLOW))
        async with other.get("/started") as response:
            assert await response.text() == "started"
        process.send_signal(number)
        await refused(url)
        assert not slow.done()
        async with other.get("/release") as response:
            assert await response.text() == "released"
        async with await slow as response:
            assert await response.json() == {"data": {"slow": "done"}}
    out, err = await process.communicate()
    assert (process.returncode, out) == (0, b"cleaned\n")
    lines = [orjson.loads(line) for line in err.splitlines()]
    requests = [line["path"] for line in lines if line["event"] == "request"]
    assert requests == ["/loop", "/started", "/release", "/graphql"]
    assert [line for line in lines if line["level"] != "info"] == []


async def refused(url: str) -> None:
    """Until the server takes no new connections."""
    host, port = url.removeprefix("http://").split(":")
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except (ConnectionRefusedError, ConnectionResetError):
                return  # reset: it was in the queue when the listener closed
            writer.close()
            with suppress(ConnectionResetError):
                await writer.wait_closed()
            await asyncio.sleep(0.02)
