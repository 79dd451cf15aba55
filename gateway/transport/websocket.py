"""Subscriptions to a subgraph over `graphql-transport-ws`: a socket for each."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final

import aiohttp
import orjson

from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable, SubscriptionFailed
from gateway.transport.upstream import (
    Payload,
    UpstreamSettings,
    checked_answer,
    connection,
    errors_of,
)

PROTOCOL: Final = "graphql-transport-ws"
_ID: Final = "1"  # the only one on its socket
_CLOSING: Final = 1.0
_GONE: Final = {
    aiohttp.WSMsgType.CLOSE,
    aiohttp.WSMsgType.CLOSING,
    aiohttp.WSMsgType.CLOSED,
    aiohttp.WSMsgType.ERROR,
}


@asynccontextmanager
async def over_websocket(
    url: str, request: SubgraphRequest, headers: Mapping[str, str], settings: UpstreamSettings
) -> AsyncIterator[AsyncIterator[Payload]]:
    """See `Transport.subscribe`. The headers go into `connection_init`, too."""
    async with connection() as session:
        socket = await _opened(session, url, request, headers, settings)
        try:
            async with aclosing(_answers(socket)) as answers:
                yield answers
        finally:
            with suppress(aiohttp.ClientError, OSError):
                if not socket.closed:
                    await _send(socket, "complete", id=_ID)
                await socket.close()


async def _opened(
    session: aiohttp.ClientSession,
    url: str,
    request: SubgraphRequest,
    headers: Mapping[str, str],
    settings: UpstreamSettings,
) -> aiohttp.ClientWebSocketResponse:
    socket: aiohttp.ClientWebSocketResponse | None = None
    try:
        async with asyncio.timeout(settings.open_timeout):
            socket = await session.ws_connect(
                url,
                protocols=(PROTOCOL,),
                headers={**headers, "x-request-id": request.context.request_id},
                heartbeat=settings.ping_interval,
                max_msg_size=settings.max_message_bytes,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSING),
            )
            await _begin(socket, request, headers)
            return socket
    except BaseException as error:
        if socket is not None:
            await socket.close()
        if isinstance(error, TimeoutError):
            raise SubgraphUnavailable(f"no stream within {settings.open_timeout:g} s") from error
        if isinstance(error, aiohttp.ClientError | OSError):
            raise SubgraphUnavailable(repr(error)) from error
        raise


async def _begin(
    socket: aiohttp.ClientWebSocketResponse, request: SubgraphRequest, headers: Mapping[str, str]
) -> None:
    if socket.protocol != PROTOCOL:
        raise SubgraphUnavailable(f"does not speak {PROTOCOL}")
    await _send(socket, "connection_init", payload=dict(headers))
    while (message := await _received(socket))["type"] != "connection_ack":
        if message["type"] == "ping":
            await _send(socket, "pong")
        elif message["type"] != "pong":
            raise SubgraphUnavailable(f"sent {message['type']!r} before it agreed to anything")
    operation = {"query": request.document, "variables": dict(request.variables)}
    await _send(socket, "subscribe", id=_ID, payload=operation)


async def _answers(socket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[Payload, None]:
    try:
        while True:
            message = await _received(socket)
            kind, payload = message["type"], message.get("payload")
            if kind == "ping":
                await _send(socket, "pong")
            elif kind == "pong":
                continue
            elif message.get("id") != _ID:
                raise SubgraphUnavailable(f"sent {kind!r} for a subscription that there is not")
            elif kind == "next":
                yield checked_answer(payload)
            elif kind == "error":
                raise SubscriptionFailed(errors_of(payload))
            elif kind == "complete":
                return
            else:
                raise SubgraphUnavailable(f"sent {kind!r} that is no message")
    except (aiohttp.ClientError, OSError) as error:
        raise SubgraphUnavailable(repr(error)) from error


async def _received(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The next message. Raises SubgraphUnavailable where the socket is closed or carries none."""
    frame = await socket.receive()
    if frame.type in _GONE:
        reason = frame.extra if isinstance(frame.extra, str) else socket.exception() or ""
        raise SubgraphUnavailable(f"closed the socket with {socket.close_code} {reason}".rstrip())
    if frame.type is not aiohttp.WSMsgType.TEXT:
        raise SubgraphUnavailable("sent a frame that is no text")
    try:
        message = orjson.loads(frame.data)
    except orjson.JSONDecodeError as error:
        raise SubgraphUnavailable("sent a message that is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise SubgraphUnavailable("sent a message without a type")
    return message


async def _send(socket: aiohttp.ClientWebSocketResponse, kind: str, **rest: Any) -> None:
    await socket.send_str(orjson.dumps({"type": kind, **rest}).decode())
