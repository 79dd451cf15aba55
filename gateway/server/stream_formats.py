"""How a stream of GraphQL responses is written into the body of one HTTP response."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

_PART: Final = b"\r\ncontent-type: application/json\r\n\r\n"


class EventStream:
    """`graphql-sse` in its mode of distinct connections: server-sent events."""

    media_type: str = "text/event-stream; charset=utf-8"
    begin: bytes = b":\n\n"  # so that clients see at once that they are connected
    heartbeat: bytes = b":\n\n"

    def next(self, body: bytes) -> bytes:
        return b"event: next\ndata: %b\n\n" % body

    def end(self, errors: Sequence[dict[str, Any]]) -> bytes:
        last = self.next(orjson.dumps({"errors": errors})) if errors else b""
        return last + b"event: complete\ndata:\n\n"


class Multipart:
    """Apollo's protocol of subscriptions over multipart HTTP.

    Each part is followed by its boundary at once: without it clients wait for the next one.
    """

    media_type: str = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    begin: bytes = b"--graphql"
    heartbeat: bytes = _PART + b"{}\r\n--graphql"

    def next(self, body: bytes) -> bytes:
        return b'%b{"payload":%b}\r\n--graphql' % (_PART, body)

    def end(self, errors: Sequence[dict[str, Any]]) -> bytes:
        if not errors:
            return b"--\r\n"
        last = orjson.dumps({"payload": None, "errors": errors})
        return b"%b%b\r\n--graphql--\r\n" % (_PART, last)
