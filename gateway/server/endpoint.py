"""`/graphql`: one operation per request, by the GraphQL-over-HTTP specification."""

import asyncio
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.context import RequestContext
from gateway.gateway import METHOD_NOT_ALLOWED, GraphQLRequest, GraphQLResponse
from gateway.response_headers import ResponseHeaders
from gateway.server.answers import (
    GRAPHQL_JSON,
    JSON,
    Refused,
    code_of,
    json_response,
    refusal_response,
    with_request_id,
)
from gateway.server.body import read_body
from gateway.server.caller import Caller, caller_of
from gateway.server.disconnect import CLIENT_GONE, GONE, ClientGone, cancelled_on_disconnect
from gateway.server.http_streams import HttpStreams
from gateway.server.negotiation import (
    StreamFormat,
    allows_json,
    response_media_type,
    stream_format,
)
from gateway.server.parameters import from_json_body, from_query_string, require_json
from gateway.server.propagation import return_headers
from gateway.server.record import SUBSCRIPTION, RequestRecord
from gateway.server.settings import ServerSettings
from gateway.server.shallow import shallow
from gateway.server.streaming import StreamedResponse


class GraphQLEndpoint:
    """Holds what every request needs; `handle` is the Starlette endpoint."""

    def __init__(self, settings: ServerSettings, streams: HttpStreams) -> None:
        self._settings = settings
        self._streams = streams

    async def handle(self, request: Request) -> Response:
        record = RequestRecord.of(request.scope)
        media_type = JSON
        try:
            accept = _joined(request, "accept")
            stream = stream_format(accept)
            alone = stream is not None and not allows_json(accept)
            if not alone:
                media_type = response_media_type(accept)
            return await self._answer(request, record, media_type, stream, alone)
        except Refused as refused:
            record.code = refused.code
            return refusal_response(refused, record.request_id, media_type)
        except (ClientGone, ClientDisconnect):
            record.code = CLIENT_GONE
            return Response(status_code=GONE)

    async def _answer(
        self,
        request: Request,
        record: RequestRecord,
        media_type: str,
        stream: StreamFormat | None,
        alone: bool,
    ) -> Response:
        """`alone`: single answers must be streamed, too."""
        caller = caller_of(request, self._settings)
        context = self._context(caller, record)
        operation = await self._operation(request)
        record.asks(operation)
        answer: StreamedResponse | GraphQLResponse
        if stream is not None and await self._settings.executor.is_subscription(operation):
            record.operation_type = SUBSCRIPTION
            answer = await self._streams.subscribe(operation, context, caller, stream, record)
        else:
            answer = await self._execute(request, operation, context)
            record.operation_type = answer.operation_type
        if isinstance(answer, StreamedResponse):
            return answer
        if stream is not None and alone:
            return self._streams.answer(answer, stream, record)
        response = _response(answer, record, media_type)
        if context.response_headers is not None:
            return_headers(response, answer, context)
        return response

    def _context(self, caller: Caller, record: RequestRecord) -> RequestContext:
        record.principal = caller.principal
        headers = {**caller.headers, "x-request-id": record.request_id}
        returned = ResponseHeaders() if self._settings.return_headers else None
        return RequestContext(record.request_id, caller.claims, headers, returned)

    async def _operation(self, request: Request) -> GraphQLRequest:
        limit = self._settings.max_body_bytes
        if request.method != "POST":
            return from_query_string(request.scope["query_string"], limit)
        require_json(request.headers.get("content-type"))
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "The request body must not be compressed.")
        try:
            async with asyncio.timeout(self._settings.body_timeout_seconds):
                body = await read_body(request, limit)
        except TimeoutError:
            raise Refused(
                408,
                "REQUEST_TIMEOUT",
                "The request body did not arrive in time.",
                {"connection": "close"},
            ) from None
        return from_json_body(body)

    async def _execute(
        self, request: Request, operation: GraphQLRequest, context: RequestContext
    ) -> GraphQLResponse:
        seconds = self._settings.timeout_seconds
        deadline = asyncio.timeout(seconds)
        try:
            async with cancelled_on_disconnect(request.receive), deadline:
                return await self._settings.executor.execute(
                    operation, context, allow_mutations=request.method == "POST"
                )
        except TimeoutError:
            if not deadline.expired():
                raise
            raise Refused(
                504, "TIMEOUT", f"The operation took longer than the limit of {seconds:g} s."
            ) from None


def _response(answer: GraphQLResponse, record: RequestRecord, media_type: str) -> Response:
    body = answer.body()
    try:
        return _written(body, answer, record, media_type)
    except orjson.JSONEncodeError:
        # If it was not for its depth, this is a defect and raises once more.
        return _written(shallow(body), answer, record, media_type)


def _written(
    body: dict[str, Any], answer: GraphQLResponse, record: RequestRecord, media_type: str
) -> Response:
    headers = {"vary": "accept"}
    code = None
    errors = body.get("errors")
    if errors:
        code = record.code = code_of(errors[0])
        body = {**body, "errors": with_request_id(errors, record.request_id)}
    status = 200
    if not answer.executed:
        # Clients of plain JSON expect 200 for whatever was understood as a GraphQL request.
        status = 400 if media_type == GRAPHQL_JSON else 200
        if code == METHOD_NOT_ALLOWED:
            status = 405
            headers["allow"] = "POST"
    return json_response(body, status=status, media_type=media_type, headers=headers)


def _joined(request: Request, name: str) -> str | None:
    """A list-valued header may come in several lines (RFC 9110, section 5.3)."""
    values = request.headers.getlist(name)
    return ",".join(values) if values else None
