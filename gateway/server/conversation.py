"""One WebSocket from its first message to its close: the server's side of graphql-transport-ws."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.types import Receive, Scope

from gateway.context import REQUEST_ID, RequestContext
from gateway.execution.errors import INTERNAL, error
from gateway.execution.messages import GraphQLRequest, GraphQLResponse
from gateway.server.answers import Refused
from gateway.server.caller import Caller, caller_by_init
from gateway.server.graphql_ws import ACK, Close, CloseCode, bad, parsed, pong_message
from gateway.server.logs import RequestLog
from gateway.server.outbox import Outbox
from gateway.server.parameters import request_of
from gateway.server.quota import Quota
from gateway.server.record import SUBSCRIPTION, RequestRecord
from gateway.server.settings import ServerSettings
from gateway.server.ws_operation import Operation

TOO_MANY_SUBSCRIPTIONS: Final = "TOO_MANY_SUBSCRIPTIONS"
TIMEOUT: Final = "TIMEOUT"


class Conversation:
    """`connections` and `subscriptions` are the process's. `run` returns when it is over."""

    def __init__(
        self,
        settings: ServerSettings,
        outbox: Outbox,
        caller: Caller,
        scope: Scope,
        connections: Quota,
        subscriptions: Quota,
        log: RequestLog,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._caller = caller
        self._scope = scope
        self._record = RequestRecord.of(scope)
        self._log = log
        self._connections = connections
        self._subscriptions = subscriptions
        self._operations: dict[str, Operation] = {}
        self._count = 0
        self._initialised = False
        self._acknowledged = False
        self._closed: str | None = None
        self._timers: list[asyncio.TimerHandle] = []

    async def run(self, receive: Receive) -> None:
        streams = self._settings.streams
        self._after(streams.init_timeout, self._init_timeout)
        self._settings.lifecycle.add(self._restart)
        try:
            while (message := await self._received(receive))["type"] != "websocket.disconnect":
                self._handle(parsed(dict(message)))
        except Close as close:
            self._close(close.code, close.reason)
        finally:
            self._settings.lifecycle.remove(self._restart)
            for timer in self._timers:
                timer.cancel()
            tasks = [each.task for each in self._operations.values() if each.task is not None]
            for operation in list(self._operations.values()):
                operation.cancel(self._closed)
            if tasks:
                await asyncio.wait(tasks)
            if self._acknowledged:
                self._connections.give(self._caller.principal)

    async def _received(self, receive: Receive) -> Any:
        await self._outbox.free()
        return await receive()

    # -- messages

    def _handle(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connection_init":
            self._init(message.get("payload"))
        elif kind == "ping":
            self._outbox.send(pong_message(message.get("payload")))
        elif kind == "subscribe":
            self._subscribe(message["id"], message.get("payload"))
        elif kind == "complete" and message["id"] in self._operations:
            self._operations[message["id"]].cancel()

    def _init(self, payload: dict[str, Any] | None) -> None:
        if self._initialised:
            raise Close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        self._initialised = True
        try:
            self._caller = caller_by_init(payload, self._caller, self._settings)
        except Refused as refused:
            raise Close(CloseCode.FORBIDDEN, f"Forbidden: {refused.message}") from refused
        self._record.principal = self._caller.principal
        if not self._connections.take(self._caller.principal):
            raise Close(CloseCode.TRY_AGAIN_LATER, "Too many connections")
        self._acknowledged = True
        expires_in = self._caller.expires_in
        if expires_in is not None:
            self._after(expires_in, self._expired)
        self._outbox.send(ACK)

    def _subscribe(self, id: str, payload: Any) -> None:
        if not self._acknowledged:
            raise Close(CloseCode.UNAUTHORIZED, "Unauthorized")
        if id in self._operations:
            reason = f"Subscriber for {id} already exists"
            raise Close(CloseCode.SUBSCRIBER_ALREADY_EXISTS, reason)
        if not isinstance(payload, dict):
            raise bad("The payload of 'subscribe' must be an object")
        try:
            request = request_of(payload)
        except Refused as refused:
            raise bad(refused.message) from refused
        streams = self._settings.streams
        operation = Operation(id, self._record_of(request), self._outbox, streams.queue)
        operation.on_end.append(self._line_of(operation))
        if len(self._operations) >= streams.operations_per_connection:
            operation.fail([_too_many("on this connection")], 429)
            return
        self._operations[id] = operation
        operation.on_end.append(lambda: self._operations.pop(id))
        operation.task = asyncio.create_task(self._operate(operation, request))

    # -- operations

    def _record_of(self, request: GraphQLRequest) -> RequestRecord:
        self._count += 1
        request_id = f"{self._record.request_id}.{self._count}"
        record = RequestRecord(request_id, principal=self._caller.principal)
        record.asks(request)
        return record

    def _line_of(self, operation: Operation) -> Callable[[], None]:
        started = time.perf_counter()

        def write() -> None:
            seconds = time.perf_counter() - started
            self._log.write(self._scope, operation.record, operation.status, seconds)

        return write

    async def _operate(self, operation: Operation, request: GraphQLRequest) -> None:
        request_id = operation.record.request_id
        REQUEST_ID.set(request_id)
        headers = {**self._caller.headers, "x-request-id": request_id}
        context = RequestContext(request_id, self._caller.claims, headers)
        try:
            await self._execute(operation, request, context)
        except Exception as defect:  # noqa: BLE001 boundary: costs this operation and no other
            self._log.defect(defect, operation.record)
            if self._settings.on_defect is not None:
                await self._settings.on_defect("edge", defect)
            operation.fail([error("Something went wrong on our side.", INTERNAL)], 500)

    async def _execute(
        self, operation: Operation, request: GraphQLRequest, context: RequestContext
    ) -> None:
        executor = self._settings.executor
        seconds = self._settings.timeout_seconds
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                if not await executor.is_subscription(request):
                    answer = await executor.execute(request, context)
                    operation.record.operation_type = answer.operation_type
                    operation.answer(answer)
                    return
        except TimeoutError:
            if not deadline.expired():
                raise
            message = f"The operation took longer than the limit of {seconds:g} s."
            operation.fail([error(message, TIMEOUT)], 504)
            return
        operation.record.operation_type = SUBSCRIPTION
        principal = self._caller.principal
        if not self._subscriptions.take(principal):
            operation.fail([_too_many("of this caller")], 429)
            return
        operation.on_end.append(lambda: self._subscriptions.give(principal))
        found = await executor.subscribe(request, context, operation)
        if isinstance(found, GraphQLResponse):
            operation.answer(found)
        else:
            operation.follow(found)
        operation.task = None

    # -- the end

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(max(seconds, 0.0), do))

    def _init_timeout(self) -> None:
        if not self._initialised:
            code = CloseCode.INITIALISATION_TIMEOUT
            self._close(code, "Connection initialisation timeout")

    def _expired(self) -> None:
        self._close(CloseCode.FORBIDDEN, "Forbidden: The token has expired.")

    def _restart(self, seconds: float) -> None:
        self._after(seconds, lambda: self._close(CloseCode.RESTART, "Service Restart"))

    def _close(self, code: CloseCode, reason: str) -> None:
        self._closed = code.name
        if code is not CloseCode.RESTART:
            self._record.code = code.name
        self._outbox.close(code, reason)


def _too_many(where: str) -> dict[str, Any]:
    return error(f"Too many operations {where} at the same time.", TOO_MANY_SUBSCRIPTIONS)
