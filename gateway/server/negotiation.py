"""Which media type an answer has, by the request's Accept header (GraphQL over HTTP, RFC 9110)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

from gateway.server.answers import GRAPHQL_JSON, JSON, Refused

StreamFormat = Literal["sse", "multipart"]
_EVENT_STREAM: Final = "text/event-stream"
_MULTIPART: Final = "multipart/mixed"


@lru_cache(maxsize=256)
def stream_format(accept: str | None) -> StreamFormat | None:
    """How a subscription is sent: only as what is asked for by name."""
    ranges = dict(_ranges(accept or ""))
    events, parts = ranges.get(_EVENT_STREAM, 0.0), ranges.get(_MULTIPART, 0.0)
    if max(events, parts) <= 0:
        return None
    return "sse" if events >= parts else "multipart"


@lru_cache(maxsize=256)
def response_media_type(accept: str | None) -> str:
    """`application/graphql-response+json` where it is asked for by name, else `application/json`.

    Raises Refused (406) where neither is acceptable.
    """
    if accept is None or not accept.strip():
        return JSON
    ranges = dict(_ranges(accept))
    modern, legacy = _quality(ranges, GRAPHQL_JSON), _quality(ranges, JSON)
    if not allows_json(accept):
        raise Refused(406, "NOT_ACCEPTABLE", f"Accept must allow {GRAPHQL_JSON} or {JSON}.")
    # A wildcard comes from clients that know nothing of GraphQL: they get what they know.
    if modern > legacy or (modern == legacy and GRAPHQL_JSON in ranges):
        return GRAPHQL_JSON
    return JSON


def allows_json(accept: str | None) -> bool:
    """Whether a single answer as JSON is acceptable in any form."""
    if accept is None or not accept.strip():
        return True
    ranges = dict(_ranges(accept))
    return _quality(ranges, GRAPHQL_JSON) > 0 or _quality(ranges, JSON) > 0


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _number(value)
        if media_range:
            yield media_range, quality


def _quality(ranges: dict[str, float], media_type: str) -> float:
    for candidate in (media_type, "application/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0


def _number(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
