"""`/graphql` as a WebSocket: who may open one, and what becomes of it."""

from typing import Final
from urllib.parse import urlsplit

from starlette.websockets import WebSocket

from gateway.server.answers import Refused, refusal_response
from gateway.server.caller import Caller, caller_of
from gateway.server.conversation import Conversation
from gateway.server.frames import FramedWebSocket
from gateway.server.graphql_ws import PROTOCOL, CloseCode
from gateway.server.logs import RequestLog
from gateway.server.outbox import Outbox
from gateway.server.quota import Quota
from gateway.server.record import RequestRecord
from gateway.server.settings import ServerSettings

_RETRY_AFTER: Final = {"retry-after": "1"}


class WebSocketEndpoint:
    """`handle` is the Starlette endpoint."""

    def __init__(
        self,
        settings: ServerSettings,
        connections: Quota,
        subscriptions: Quota,
        log: RequestLog,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._subscriptions = subscriptions
        self._log = log

    async def handle(self, socket: WebSocket) -> None:
        record = RequestRecord.of(socket.scope)
        try:
            caller = self._admitted(socket)
        except Refused as refused:
            record.code = refused.code
            await socket.send_denial_response(refusal_response(refused, record.request_id))
            return
        frames = FramedWebSocket.of(socket.scope)
        if PROTOCOL not in socket.scope["subprotocols"]:
            record.code = CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE.name
            await socket.accept()
            frames.close(CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await Conversation(
            self._settings,
            Outbox(frames),
            caller,
            socket.scope,
            self._connections,
            self._subscriptions,
            self._log,
        ).run(socket.receive)

    def _admitted(self, socket: WebSocket) -> Caller:
        """Raises Refused."""
        if not _is_allowed(socket, self._settings.streams.allowed_origins):
            message = "Pages of this origin may not open WebSockets here."
            raise Refused(403, "ORIGIN_NOT_ALLOWED", message)
        if self._settings.lifecycle.draining or self._connections.full:
            raise Refused(503, "OVERLOADED", "Try again in a moment.", _RETRY_AFTER)
        return caller_of(socket, self._settings)


def _is_allowed(socket: WebSocket, allowed: frozenset[str]) -> bool:
    """Browsers name the page's origin and let it open WebSockets anywhere (RFC 6455, 10.2)."""
    origins = socket.headers.getlist("origin")
    if not origins or "*" in allowed:
        return True
    if len(origins) > 1:
        return False
    return origins[0] in allowed or urlsplit(origins[0]).netloc == socket.headers.get("host")
