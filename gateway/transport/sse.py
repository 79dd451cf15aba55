"""Subscriptions to a subgraph over `graphql-sse`, in its mode of distinct connections."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Final

import aiohttp
import orjson

from gateway.transport.compression import AnswerReader
from gateway.transport.event_stream import EventStreamReader, ServerSentEvent
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable, SubscriptionFailed
from gateway.transport.response import checked_response, is_graphql
from gateway.transport.upstream import Payload, UpstreamSettings, checked_answer, connection

EVENT_STREAM: Final = "text/event-stream"
_HEADERS: Final = {
    "accept": f"{EVENT_STREAM}, application/graphql-response+json;q=0.9, application/json;q=0.8",
    "accept-encoding": "identity",
    "content-type": "application/json",
}


@asynccontextmanager
async def over_sse(
    url: str, request: SubgraphRequest, headers: Mapping[str, str], settings: UpstreamSettings
) -> AsyncIterator[AsyncIterator[Payload]]:
    """See `Transport.subscribe`."""
    body = orjson.dumps({"query": request.document, "variables": dict(request.variables)})
    sent = {**_HEADERS, "x-request-id": request.context.request_id, **headers}
    async with connection() as session:
        try:
            async with asyncio.timeout(settings.open_timeout):
                response = await session.post(url, data=body, headers=sent)
                if response.content_type != EVENT_STREAM or response.status != 200:
                    await _refused(response, settings)
        except TimeoutError as error:
            raise SubgraphUnavailable(f"no stream within {settings.open_timeout:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise SubgraphUnavailable(repr(error)) from error
        try:
            async with aclosing(_answers(response, settings)) as answers:
                yield answers
        finally:
            response.close()


async def _refused(response: aiohttp.ClientResponse, settings: UpstreamSettings) -> None:
    """Raises SubscriptionFailed, or SubgraphUnavailable."""
    what = f"answered {response.status} {response.content_type}"
    if not is_graphql(response.status, response.content_type):
        response.close()
        raise SubgraphUnavailable(what)
    reader = AnswerReader(response.headers.get("content-encoding", ""), settings.max_message_bytes)
    async for chunk in response.content.iter_any():
        reader.feed(chunk)
    errors = checked_response(reader.body()).get("errors")
    raise SubscriptionFailed(errors) if errors else SubgraphUnavailable(f"{what}, no stream")


async def _answers(
    response: aiohttp.ClientResponse, settings: UpstreamSettings
) -> AsyncGenerator[Payload, None]:
    reader = EventStreamReader(settings.max_message_bytes)
    try:
        while True:
            async with asyncio.timeout(settings.silence):
                chunk = await response.content.readany()
            if not chunk:
                raise SubgraphUnavailable("the stream broke off")
            for event in reader.feed(chunk):
                if event.event == b"complete":
                    return
                if event.event == b"next":
                    yield _payload(event)
    except TimeoutError as error:
        raise SubgraphUnavailable(f"silent for {settings.silence:g} s") from error
    except (aiohttp.ClientError, OSError) as error:
        raise SubgraphUnavailable(repr(error)) from error


def _payload(event: ServerSentEvent) -> Payload:
    try:
        return checked_answer(orjson.loads(event.data))
    except orjson.JSONDecodeError as error:
        raise SubgraphUnavailable("sent an event that is not JSON") from error
