"""Subscriptions over HTTP: one response each, as server-sent events or in parts."""

from contextlib import ExitStack
from typing import Final

from gateway.context import RequestContext
from gateway.execution.errors import error
from gateway.execution.messages import GraphQLRequest, GraphQLResponse
from gateway.policy.authentication import UNAUTHENTICATED
from gateway.server.answers import Refused
from gateway.server.caller import Caller
from gateway.server.conversation import TOO_MANY_SUBSCRIPTIONS
from gateway.server.negotiation import StreamFormat
from gateway.server.quota import Quota
from gateway.server.record import RequestRecord
from gateway.server.settings import ServerSettings
from gateway.server.stream_formats import EventStream, Multipart
from gateway.server.streaming import EventQueue, Format, StreamedResponse

_FORMATS: Final[dict[StreamFormat, Format]] = {"sse": EventStream(), "multipart": Multipart()}
_EXPIRED: Final = error("The token has expired.", UNAUTHENTICATED)


class HttpStreams:
    """`connections` and `subscriptions` are the process's."""

    def __init__(self, settings: ServerSettings, connections: Quota, subscriptions: Quota) -> None:
        self._settings = settings
        self._connections = connections
        self._subscriptions = subscriptions

    async def subscribe(
        self,
        operation: GraphQLRequest,
        context: RequestContext,
        caller: Caller,
        format: StreamFormat,
        record: RequestRecord,
    ) -> StreamedResponse | GraphQLResponse:
        """The stream, or the answer that refuses it. Raises Refused where too many are open."""
        queue = EventQueue(self._settings.streams.queue, record)
        with ExitStack() as held:
            self._hold(held, caller.principal)
            found = await self._settings.executor.subscribe(operation, context, queue)
            if isinstance(found, GraphQLResponse):
                return found
            held.callback(found.cancel)
            queue.follow(found)
            return self._response(queue, format, caller.expires_in, held.pop_all())

    def answer(
        self, answer: GraphQLResponse, format: StreamFormat, record: RequestRecord
    ) -> StreamedResponse:
        """A single answer as a stream, for clients that understand nothing else."""
        queue = EventQueue(self._settings.streams.queue, record)
        queue.answer(answer)
        return self._response(queue, format, None, ExitStack())

    def _response(
        self, queue: EventQueue, format: StreamFormat, expires_in: float | None, held: ExitStack
    ) -> StreamedResponse:
        return StreamedResponse(
            queue,
            _FORMATS[format],
            self._settings.lifecycle,
            heartbeat=self._settings.streams.heartbeat,
            expiry=(expires_in, [_EXPIRED]),
            held=held,
        )

    def _hold(self, held: ExitStack, principal: str | None) -> None:
        if self._connections.full:
            raise Refused(503, "OVERLOADED", "Try again in a moment.", {"retry-after": "1"})
        for quota in (self._connections, self._subscriptions):
            if not quota.take(principal):
                message = "Too many subscriptions of this caller at the same time."
                raise Refused(429, TOO_MANY_SUBSCRIPTIONS, message)
            held.callback(quota.give, principal)
