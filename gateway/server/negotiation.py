"""Which media type an answer has, by the request's Accept header (GraphQL over HTTP, RFC 9110)."""

from collections.abc import Iterator
from functools import lru_cache

from gateway.server.answers import GRAPHQL_JSON, JSON, Refused


@lru_cache(maxsize=256)
def response_media_type(accept: str | None) -> str:
    """`application/graphql-response+json` where it is asked for by name, else `application/json`.

    Raises Refused (406) where neither is acceptable.
    """
    if accept is None or not accept.strip():
        return JSON
    ranges = dict(_ranges(accept))
    modern, legacy = _quality(ranges, GRAPHQL_JSON), _quality(ranges, JSON)
    if modern <= 0 and legacy <= 0:
        raise Refused(406, "NOT_ACCEPTABLE", f"Accept must allow {GRAPHQL_JSON} or {JSON}.")
    # A wildcard comes from clients that know nothing of GraphQL: they get what they know.
    if modern > legacy or (modern == legacy and GRAPHQL_JSON in ranges):
        return GRAPHQL_JSON
    return JSON


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
