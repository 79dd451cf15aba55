"""Around every request: its id, security headers, one log line, and the boundary for defects."""

import asyncio
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.execution.engine import OnDefect
from gateway.server.answers import INTERNAL
from gateway.server.frames import FramedWebSocket
from gateway.server.graphql_ws import CloseCode
from gateway.server.lifecycle import Lifecycle
from gateway.server.logs import RequestLog
from gateway.server.record import RequestRecord

_SECURITY: Final = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


_SWITCHING: Final = 101


class Edge:
    """ASGI middleware, outermost. A response's own headers win over those that it adds."""

    def __init__(
        self, app: ASGIApp, *, lifecycle: Lifecycle, log: RequestLog, on_defect: OnDefect | None
    ) -> None:
        self._app = app
        self._lifecycle = lifecycle
        self._log = log
        self._on_defect = on_defect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        record = RequestRecord.begin(scope)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._headers(message, record)}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            record.code = "CANCELLED"  # it outlived the grace of a stopping server
            raise
        except Exception as error:  # noqa: BLE001 boundary: answered within, told here
            await self._report(error, record)
        finally:
            self._log.write(scope, record, status, time.perf_counter() - started)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One line when it closes."""
        started = time.perf_counter()
        record = RequestRecord.begin(scope)
        status = _SWITCHING

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "websocket.http.response.start":
                status = message["status"]
                message = {**message, "headers": self._headers(message, record)}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            record.code = "CANCELLED"
            raise
        except Exception as error:  # noqa: BLE001 boundary: the client gets a close code
            await self._report(error, record)
            FramedWebSocket.of(scope).close(CloseCode.INTERNAL_ERROR, "Internal server error")
        finally:
            self._log.write(scope, record, status, time.perf_counter() - started)

    def _headers(self, message: Message, record: RequestRecord) -> list[tuple[bytes, bytes]]:
        headers = list(message.get("headers", ()))
        present = {name for name, _ in headers}
        headers += [pair for pair in _SECURITY.items() if pair[0] not in present]
        headers.append((b"x-request-id", record.request_id.encode("ascii")))
        if self._lifecycle.draining and b"connection" not in present:
            headers.append((b"connection", b"close"))
        return headers

    async def _report(self, error: Exception, record: RequestRecord) -> None:
        record.code = INTERNAL
        self._log.defect(error, record)
        if self._on_defect is not None:
            await self._on_defect("edge", error)
