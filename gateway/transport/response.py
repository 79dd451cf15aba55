"""What counts as a GraphQL response (GraphQL, section 7.1; GraphQL over HTTP, status codes)."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.transport.protocol import SubgraphUnavailable


def is_graphql(status: int, content_type: str) -> bool:
    """Whether the body may be read as a GraphQL response.

    With the type made for it, whatever the status; plain JSON of another status than 2xx may
    come from anything that stands between.
    """
    if content_type == "application/graphql-response+json":
        return True
    return content_type == "application/json" and 200 <= status < 300


def checked_response(body: bytes | bytearray) -> Mapping[str, Any]:
    """The body's response. Raises SubgraphUnavailable, where it is none."""
    try:
        response = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SubgraphUnavailable("the answer is not JSON") from error
    if not isinstance(response, dict) or not is_well_formed(response):
        raise SubgraphUnavailable("the answer is not a GraphQL response")
    return response


def is_well_formed(response: dict[str, Any]) -> bool:
    """Whether an object is a GraphQL response."""
    errors = response.get("errors")
    if errors is None:
        return isinstance(response.get("data"), dict)
    if not isinstance(response.get("data"), dict | None):
        return False
    return (
        isinstance(errors, list)
        and bool(errors)
        and all(isinstance(e, dict) and isinstance(e.get("message"), str) for e in errors)
    )
