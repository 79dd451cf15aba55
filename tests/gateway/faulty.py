"""What a server can do instead of answering well."""

import asyncio
import gzip

import orjson
from aiohttp import web

from tests.gateway.served import Fault

MODERN = "application/graphql-response+json"
BOMB = gzip.compress(b" " * 50_000_000)


def answering(body: object, status: int = 200, content_type: str = "application/json") -> Fault:
    async def fault(_: web.Request) -> web.Response:
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(body=data, status=status, content_type=content_type)

    return fault


async def silent(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def begun(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": MODERN})
    await response.prepare(request)
    await response.write(b'{"data": {"chief": 3, "_entities": [{"name": "p1"}')
    return response


async def hanging(request: web.Request) -> web.StreamResponse:
    await begun(request)
    return await silent(request)


async def reset(request: web.Request) -> web.StreamResponse:
    response = await begun(request)
    assert request.transport is not None
    request.transport.abort()
    return response


async def bomb(_: web.Request) -> web.Response:
    headers = {"content-encoding": "gzip", "content-type": MODERN}
    return web.Response(body=BOMB, headers=headers)


async def elsewhere(_: web.Request) -> web.Response:
    return web.Response(status=307, headers={"location": "/graphql?again"})


async def in_reverse(request: web.Request) -> web.Response:
    """The commonest of all mistakes: the order of the database."""
    body = await request.json()
    if "_entities" not in body["query"]:
        return web.json_response({"data": {"chief": 3}})
    asked_for = sorted((each["id"] for each in body["variables"]["representations"]), reverse=True)
    found: list[dict[str, str]] = [{"name": id, "_identity_id": id} for id in asked_for]
    return web.json_response({"data": {"_entities": found}})
