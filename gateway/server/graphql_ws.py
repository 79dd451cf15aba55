"""The messages of `graphql-transport-ws` (the protocol document of npm's graphql-ws, version 5)."""

from enum import IntEnum
from typing import Any, Final

import orjson

PROTOCOL: Final = "graphql-transport-ws"
ACK: Final = b'{"type":"connection_ack"}'
_KINDS: Final = {"connection_init", "ping", "pong", "subscribe", "complete"}


class CloseCode(IntEnum):
    """4400 to 4499 are the protocol's; the others those of RFC 6455 and IANA's registry."""

    NORMAL = 1000
    RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_ALREADY_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    INTERNAL_ERROR = 4500


class Close(Exception):
    """The client broke the protocol, or may not go on."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        # RFC 6455, section 5.5: a control frame holds 125 bytes, two of them the code.
        self.reason = reason.encode()[:123].decode(errors="ignore")


def parsed(message: dict[str, Any]) -> dict[str, Any]:
    """A message from what ASGI received. Raises Close (4400)."""
    text = message.get("text")
    if text is None:
        raise bad("Messages are text, not binary")
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad("The message is not JSON") from None
    if not isinstance(found, dict):
        raise bad("The message is not a JSON object")
    kind = found.get("type")
    if kind not in _KINDS:
        raise bad(f"Unknown message type {kind!r}" if isinstance(kind, str) else "No message type")
    if kind in ("subscribe", "complete"):
        if not isinstance(found.get("id"), str) or not found["id"]:
            raise bad(f"The message {kind!r} needs an id that is a string and not empty")
    elif not isinstance(found.get("payload"), dict | None):
        raise bad(f"The payload of {kind!r} must be an object")
    return found


def bad(reason: str) -> Close:
    return Close(CloseCode.BAD_REQUEST, reason)


def head_of_next(id: str) -> bytes:
    """What goes before the bytes of an answer; behind it belongs a brace."""
    return b'{"id":' + orjson.dumps(id) + b',"type":"next","payload":'


def error_message(id: str, errors: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"id": id, "type": "error", "payload": errors})


def complete_message(id: str) -> bytes:
    return orjson.dumps({"id": id, "type": "complete"})


def pong_message(payload: dict[str, Any] | None) -> bytes:
    return orjson.dumps(
        {"type": "pong"} if payload is None else {"type": "pong", "payload": payload}
    )
