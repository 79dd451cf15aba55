"""Gzip both ways: what arrives compressed is read, up to the cap and not a byte beyond."""

import gzip
import tracemalloc

import orjson
import pytest
from aiohttp import web

from gateway.transport.compression import AnswerReader
from gateway.transport.http import HttpSettings
from gateway.transport.protocol import SubgraphUnavailable
from tests.gateway.transport.serving import GRAPHQL, Handler, request, subgraph

# `mtime`: the bytes are in the names of tests, which must be the same in every worker.
BODY = orjson.dumps({"data": {"a": "x" * 5_000}})


def answering(body: bytes, encoding: str = "gzip") -> Handler:
    async def handler(_: web.Request) -> web.Response:
        headers = {"content-encoding": encoding, "content-type": GRAPHQL}
        return web.Response(body=body, headers=headers)

    return handler


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(BODY, mtime=0), "gzip"),
        (gzip.compress(BODY, mtime=0), "X-GZIP"),
        (gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0), "gzip"),
        (BODY, "identity"),
    ],
    ids=["gzip", "x-gzip", "members", "identity"],
)
async def test_it_is_read(body: bytes, encoding: str) -> None:
    async with subgraph(answering(body, encoding)) as transport:
        assert await transport.execute(request()) == {"data": {"a": "x" * 5_000}}


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (BODY, "gzip", "no gzip"),
        (gzip.compress(BODY, mtime=0)[:-9], "gzip", "breaks off"),
        (b"", "gzip", "breaks off"),
        (BODY, "br", "'br'"),
        (BODY, "gzip, gzip", "'gzip, gzip'"),
    ],
)
async def test_it_is_refused(body: bytes, encoding: str, reason: str) -> None:
    async with subgraph(answering(body, encoding)) as transport:
        with pytest.raises(SubgraphUnavailable, match=reason):
            await transport.execute(request())


@pytest.mark.parametrize(("room", "fits"), [(0, True), (-1, False)])
async def test_the_cap_is_for_what_is_inflated(room: int, fits: bool) -> None:
    settings = HttpSettings(max_response_bytes=len(BODY) + room)
    async with subgraph(answering(gzip.compress(BODY, mtime=0)), settings) as transport:
        if fits:
            assert "data" in await transport.execute(request())
        else:
            with pytest.raises(SubgraphUnavailable, match="more than"):
                await transport.execute(request())


@pytest.mark.parametrize("members", [1, 50])
def test_a_bomb_does_not_go_off(members: int) -> None:
    """However much is in it, no more than one byte too many is ever inflated."""
    bomb = gzip.compress(b" " * (100_000_000 // members)) * members
    reader = AnswerReader("gzip", 1_000)
    with pytest.raises(SubgraphUnavailable, match="more than 1000 bytes"):
        reader.feed(bomb)
    assert reader._size == 1_001


def test_members_without_end_end() -> None:
    """An empty member is 20 bytes to read and none to count."""
    reader = AnswerReader("gzip", 1_000)
    with pytest.raises(SubgraphUnavailable, match="gzip has over 1000 members"):
        reader.feed(gzip.compress(b"", mtime=0) * 1_001)


def test_many_small_chunks_take_no_more_memory_than_they_hold() -> None:
    reader = AnswerReader("", 1_000_000)
    chunks = [bytes([65 + n % 26, 66]) for n in range(100_000)]
    tracemalloc.start()
    for chunk in chunks:
        reader.feed(chunk)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reader.body() == b"".join(chunks)
    assert held < 2 * 200_000


@pytest.mark.parametrize(("size", "compressed"), [(10, False), (5_000, True)])
async def test_requests_are_compressed_when_it_is_worth_it(size: int, compressed: bool) -> None:
    seen: list[str | None] = []

    async def handler(got: web.Request) -> web.Response:
        seen.append(got.headers.get("content-encoding"))
        variables = orjson.loads(await got.read())["variables"]
        return web.json_response({"data": {"a": len(variables["a"])}})

    async with subgraph(handler, HttpSettings(compress_requests=True)) as transport:
        answer = await transport.execute(request({"a": "x" * size}))
    assert answer == {"data": {"a": size}}
    assert seen == ["gzip" if compressed else None]


@pytest.mark.parametrize(("accept", "sent"), [(True, "gzip"), (False, "identity")])
async def test_what_is_asked_for(accept: bool, sent: str) -> None:
    async def handler(got: web.Request) -> web.Response:
        return web.json_response({"data": {"a": got.headers["accept-encoding"]}})

    async with subgraph(handler, HttpSettings(accept_gzip=accept)) as transport:
        assert await transport.execute(request()) == {"data": {"a": sent}}
