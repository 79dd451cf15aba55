"""Answers of the edge as bytes: GraphQL responses, refusals, and the id in every error."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"

INTERNAL: Final = "INTERNAL"


class Refused(Exception):
    """The edge does not hand this request to the executor. The message is for the caller."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def json_response(
    body: Any,
    *,
    status: int = 200,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`body` as UTF-8 JSON that no cache keeps, unless `headers` say otherwise."""
    return Response(
        orjson.dumps(body),
        status_code=status,
        headers={
            "content-type": f"{media_type}; charset=utf-8",
            "cache-control": "no-store",
            **(headers or {}),
        },
    )


def refusal_response(refused: Refused, request_id: str, media_type: str = JSON) -> Response:
    """A refusal as a GraphQL response with one error and no data."""
    return json_response(
        error_body(refused.code, refused.message, request_id),
        status=refused.status,
        media_type=media_type,
        headers=refused.headers,
    )


def error_body(code: str, message: str, request_id: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code, "requestId": request_id}}]}


def with_request_id(errors: Iterable[Mapping[str, Any]], request_id: str) -> list[dict[str, Any]]:
    """The same errors, each with the request's id in its extensions; the given ones untouched."""
    return [
        {**error, "extensions": {**(error.get("extensions") or {}), "requestId": request_id}}
        for error in errors
    ]


def code_of(error: Mapping[str, Any]) -> str | None:
    """The `extensions.code` of an error."""
    code = (error.get("extensions") or {}).get("code")
    return code if isinstance(code, str) else None
