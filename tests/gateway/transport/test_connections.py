"""Connections on the wire: what ends an answer, and that none ever becomes another's."""

import asyncio
import socket
import threading
from dataclasses import replace
from typing import Any, Literal

import pytest

from gateway.transport.http import HttpSettings, HttpTransport
from gateway.transport.protocol import SubgraphUnavailable
from gateway.transport.retry import RetrySettings
from tests.gateway.transport.serving import request
from tests.gateway.transport.wire import GOOD, Peer, Speak, response, wired

ONCE = HttpSettings(retry=RetrySettings(attempts=1))
EXPECTED = {"data": {"a": 1}}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
HALVES = b"8\r\n" + GOOD[:8] + b"\r\n8\r\n" + GOOD[8:] + b"\r\n"


def saying(*parts: bytes) -> Speak:
    """Answers every request with these parts, each a packet of its own."""

    async def speak(peer: Peer) -> None:
        while True:
            await peer.request()
            for part in parts:
                await peer.say(part)
                await asyncio.sleep(0.001)

    return speak


@pytest.mark.parametrize(
    "parts",
    [
        [response()],
        [bytes([byte]) for byte in response()],
        [CHUNKED + HALVES + b"0\r\n\r\n"],
        [CHUNKED, HALVES, b"0\r\nx-trailer: 1\r\ncontent-type: text/html\r\n\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + response()],
        [b"HTTP/1.1 103 Early Hints\r\ncontent-type: text/html\r\n\r\n", response()],
        [response().replace(b"content-type", b"Content-TYPE").replace(b": ", b":\t ")],
    ],
    ids=["at once", "byte by byte", "chunks", "trailers", "continue", "hints", "case"],
)
async def test_an_answer_is_read_and_its_connection_used_again(parts: list[bytes]) -> None:
    async with wired(saying(*parts)) as (transport, wire):
        for _ in range(3):
            assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 1


async def test_an_answer_may_end_with_its_connection() -> None:
    async def speak(peer: Peer) -> None:
        await peer.request()
        await peer.say(HEAD + b"\r\n" + GOOD)

    async with wired(speak) as (transport, wire):
        for _ in range(2):
            assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 2


@pytest.mark.parametrize(
    "whole",
    [
        response(GOOD, "connection: close"),
        response().replace(b"HTTP/1.1", b"HTTP/1.0"),
        response() + b"HTTP/1.1 200 OK\r\n",
        response() + response(b'{"data":{"a":2}}'),
    ],
    ids=["close", "1.0", "the beginning of another", "another"],
)
async def test_a_connection_that_may_not_serve_again_does_not(whole: bytes) -> None:
    async def speak(peer: Peer) -> None:
        await peer.request()
        await peer.say(whole)
        await peer.closed()

    async with wired(speak, ONCE) as (transport, wire):
        for number in range(1, 4):
            assert await transport.execute(request()) == EXPECTED
            assert wire.connections == number


async def test_what_nobody_asked_for_is_never_an_answer() -> None:
    more = asyncio.Event()

    async def speak(peer: Peer) -> None:
        await peer.request()
        await peer.say(response())
        await more.wait()
        await peer.say(response(b'{"data":{"a":"of nobody"}}'))
        await peer.closed()

    async with wired(speak, ONCE) as (transport, wire):
        assert await transport.execute(request()) == EXPECTED
        more.set()
        await wire.until(0)
        assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 2


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        (response(status="101 Switching Protocols"), "another protocol|no graphql|answered 101"),
        (HEAD + b"x: " + b"y" * 70_000, "headers are longer than 65536 bytes"),
        (HEAD + b"content-length: 16\r\ncontent-length: 17\r\n\r\n" + GOOD, "not HTTP"),
        (CHUNKED + HALVES + b"0\r\nx: " + b"y" * 70_000, "framing is longer than 65536 bytes"),
        (CHUNKED + b"8;" + b"y" * 70_000, "framing is longer than 65536 bytes"),
        (CHUNKED.replace(b"\r\n\r\n", b"\r\ncontent-length: 3\r\n\r\n") + HALVES, "not HTTP"),
        (CHUNKED + b"zz\r\n", "not HTTP"),
        (b"220 mail.example ESMTP\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n" + GOOD, "200 application/octet-stream"),
    ],
    ids=[
        "upgrade",
        "headers",
        "two lengths",
        "trailer",
        "extension",
        "length and chunks",
        "no chunk",
        "mail",
        "untyped",
    ],
)
async def test_what_is_no_answer_is_refused(whole: bytes, reason: str) -> None:
    async def speak(peer: Peer) -> None:
        await peer.request()
        if b"101" in whole:
            await peer.say(whole.replace(b"content-type", b"connection: upgrade\r\nupgrade"))
        else:
            await peer.say(whole)
        await peer.closed()

    async with wired(speak) as (transport, wire):
        with pytest.raises(SubgraphUnavailable, match=reason):
            await transport.execute(request())
        assert wire.connections == 1  # an answer that has begun is not asked for again


async def test_an_answer_that_came_too_late_is_nobodys() -> None:
    """The connection of a request that ran out of time is closed, not kept."""
    late = asyncio.Event()

    async def speak(peer: Peer) -> None:
        await peer.request()
        if peer.number == 1:
            await late.wait()
            await peer.say(response(b'{"data":{"a":"late"}}'))
        else:
            await peer.say(response())
        await peer.closed()

    async with wired(speak, replace(ONCE, timeout=0.2)) as (transport, wire):
        with pytest.raises(SubgraphUnavailable, match=r"no answer within 0\.2 s"):
            await transport.execute(request())
        late.set()
        assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 2


@pytest.mark.parametrize("operation", ["query", "mutation"])
async def test_a_kept_connection_that_dies_is_replaced_for_queries(
    operation: Literal["query", "mutation"],
) -> None:
    async def speak(peer: Peer) -> None:
        await peer.request()
        await peer.say(response())
        await peer.request() if peer.number == 1 else await peer.closed()

    async with wired(speak) as (transport, wire):
        assert await transport.execute(request()) == EXPECTED
        if operation == "query":
            assert await transport.execute(request()) == EXPECTED
            assert wire.connections == 2
        else:
            with pytest.raises(SubgraphUnavailable, match="connection was lost"):
                await transport.execute(request(operation="mutation"))
            assert wire.connections == 1


async def test_what_closed_unseen_is_not_used_for_a_mutation() -> None:
    """The event loop is busy while a subgraph closes: nothing has told it so yet."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(5)
    close, closed = threading.Event(), threading.Event()
    seen: list[bytes] = []

    def serve() -> None:
        for number in (1, 2):
            with server.accept()[0] as peer:
                seen.append(peer.recv(65_536))
                peer.sendall(response())
                if number == 1:
                    close.wait(5)
            closed.set()

    thread = threading.Thread(target=serve)
    thread.start()
    transport = HttpTransport(f"http://127.0.0.1:{server.getsockname()[1]}/")
    try:
        assert await transport.execute(request()) == EXPECTED
        close.set()
        assert closed.wait(5)
        assert await transport.execute(request(operation="mutation")) == EXPECTED
        assert len(seen) == 2
    finally:
        await transport.close()
        await asyncio.to_thread(thread.join)
        server.close()


async def test_many_chunks_are_no_trouble() -> None:
    """Each byte a chunk of its own takes more framing than a head may be long."""
    body = b'{"data":{"a":1' + b" " * 30_000 + b"}}"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    async with wired(saying(CHUNKED + chunks + b"0\r\n\r\n")) as (transport, wire):
        for _ in range(2):
            assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 1


async def test_an_answer_before_the_whole_request_ends_its_connection() -> None:
    over = asyncio.Event()

    async def speak(peer: Peer) -> None:
        if peer.number == 1:
            await peer.head()
            await peer.say(response())
            await over.wait()  # without reading the rest
        else:
            await peer.request()
            await peer.say(response())

    async with wired(speak, ONCE) as (transport, wire):
        # More than sockets take while nobody reads.
        assert await transport.execute(request({"a": "x" * 32_000_000})) == EXPECTED
        assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 2
        over.set()


async def test_no_more_connections_than_allowed() -> None:
    go = asyncio.Event()

    async def speak(peer: Peer) -> None:
        while True:
            await peer.request()
            await go.wait()
            await peer.say(response())

    async with wired(speak, HttpSettings(connections=2)) as (transport, wire):
        asking = [asyncio.create_task(transport.execute(request())) for _ in range(6)]
        await wire.until(2)
        for _ in range(10):
            await asyncio.sleep(0)
        asking[4].cancel()  # it waits for a connection, and takes none with it
        go.set()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        assert [each == EXPECTED for each in answers] == [True] * 4 + [False, True]
        assert (wire.connections, wire.most_open) == (2, 2)


async def test_a_request_that_is_cancelled_gives_its_place_back() -> None:
    begun = asyncio.Event()

    async def speak(peer: Peer) -> None:
        await peer.request()
        begun.set()
        if peer.number > 1:
            await peer.say(response())
        await peer.closed()

    async with wired(speak, HttpSettings(connections=1)) as (transport, wire):
        asking = asyncio.create_task(transport.execute(request()))
        await begun.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await wire.until(0)
        assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 2


async def test_idle_connections_are_closed() -> None:
    async with wired(saying(response()), HttpSettings(keep_alive=0.05)) as (transport, wire):
        await asyncio.gather(*(transport.execute(request()) for _ in range(3)))
        await wire.until(0)
        assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 4


async def test_an_address_that_does_not_answer_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first one never accepts; the system would try for minutes."""
    loop = asyncio.get_running_loop()
    full = await _never_accepting()
    resolve = loop.getaddrinfo

    async def two(host: str, port: int, **hints: Any) -> Any:
        found = await resolve(host, port, **hints)
        return [*(await resolve(*full[0].getsockname(), **hints)), *found]

    monkeypatch.setattr(loop, "getaddrinfo", two)
    settings = replace(ONCE, connect_timeout=5)
    async with wired(saying(response()), settings) as (transport, wire):
        assert await transport.execute(request()) == EXPECTED
        assert wire.connections == 1
    for each in full:
        each.close()


async def _never_accepting() -> list[socket.socket]:
    """A listener whose queue is full, and those who fill it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    sockets = [listener]
    for _ in range(4):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex(listener.getsockname())
        sockets.append(waiting)
    return sockets


async def test_closing_ends_what_is_under_way() -> None:
    begun = asyncio.Event()

    async def speak(peer: Peer) -> None:
        await peer.request()
        begun.set()
        await peer.closed()

    async with wired(speak, ONCE) as (transport, _):
        asking = asyncio.create_task(transport.execute(request()))
        await begun.wait()
        await transport.close()
        with pytest.raises(SubgraphUnavailable, match="connection was lost"):
            await asking


@pytest.mark.parametrize(
    ("url", "host", "line", "name"),
    [
        ("http://127.0.0.1:{port}/graphql", "127.0.0.1", b"/graphql", b"127.0.0.1:{port}"),
        ("http://[::1]:{port}", "::1", b"/", b"[::1]:{port}"),
        ("http://LOCALHOST:{port}/a b/\u00fc?q=a%20b&r=%", "127.0.0.1",
         b"/a%20b/%C3%BC?q=a%20b&r=%", b"localhost:{port}"),
    ],
    ids=["plain", "IPv6", "quoted"],
)  # fmt: skip
async def test_the_request_line_and_host(url: str, host: str, line: bytes, name: bytes) -> None:
    seen: list[bytes] = []

    async def speak(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.say(response())

    async with wired(speak, url=url, host=host) as (transport, _):
        assert await transport.execute(request()) == EXPECTED
        port = transport._url.split("]")[-1].split(":")[-1].split("/")[0].encode()
    first, second, *_ = seen[0].split(b"\r\n")
    assert first == b"POST " + line + b" HTTP/1.1"
    assert second == b"host: " + name.replace(b"{port}", port)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.test/",
        "",
        "/graphql",
        "http://",
        "http://a.test:x/",
        "http://u:p@127.0.0.1:{port}/",
    ],
)
async def test_what_is_no_url_is_no_subgraph(url: str) -> None:
    async with wired(saying(response()), url=url) as (transport, wire):
        with pytest.raises(SubgraphUnavailable):
            await transport.execute(request())
        assert wire.connections == 0


@pytest.mark.parametrize("value", ["a\r\nx-admin: 1", "a\nb", "a\rb", "a\0b", "\u20ac"])
async def test_a_header_that_would_break_the_request_is_not_sent(value: str) -> None:
    async with wired(saying(response())) as (transport, wire):
        with pytest.raises(SubgraphUnavailable, match="a header holds"):
            await transport.execute(request(headers={"authorization": value}))
        assert wire.connections == 0


async def test_bytes_of_a_header_are_sent_as_they_came() -> None:
    seen: list[bytes] = []

    async def speak(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.say(response())

    async with wired(speak) as (transport, _):
        await transport.execute(request(headers={"authorization": "caf\u00e9"}))
    assert b"\r\nauthorization: caf\xe9\r\n" in seen[0]
