"""From an HTTP request to a GraphQL request (GraphQL over HTTP, "Request Parameters")."""

from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from gateway.gateway import GraphQLRequest
from gateway.server.answers import JSON, Refused

_PARAMETERS: Final = frozenset({"query", "operationName", "variables", "extensions"})
# The schema's input types are walked recursively further in; no real input is as deep.
_DEEPEST_VARIABLES: Final = 64


def from_query_string(query_string: bytes, max_bytes: int) -> GraphQLRequest:
    """The request in a GET's URL. Raises Refused."""
    if len(query_string) > max_bytes:
        raise Refused(
            414, "REQUEST_TOO_LARGE", f"The URL is longer than the limit of {max_bytes} bytes."
        )
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise _bad("The URL's query string is not valid UTF-8.") from None
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name not in _PARAMETERS:
            continue
        if name in given:
            raise _bad(f'The parameter "{name}" is given twice.')
        given[name] = value
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _json(given[name].encode(), f'The parameter "{name}"')
    return request_of(given)


def from_json_body(body: bytes) -> GraphQLRequest:
    """The request in a POST's body. Raises Refused."""
    if not body:
        raise _bad("The request has no body.")
    given = _json(body, "The request body")
    if isinstance(given, list):
        raise Refused(
            400, "BATCHING_NOT_SUPPORTED", "Batches are not supported: send one operation each."
        )
    if not isinstance(given, dict):
        raise _bad("The request body must be a JSON object.")
    return request_of(given)


def request_of(given: dict[str, Any]) -> GraphQLRequest:
    """The request by its parameters. Raises Refused."""
    query = given.get("query")
    if not isinstance(query, str) or not query.strip():
        raise _bad('The parameter "query" must be a string that holds a GraphQL document.')
    operation_name = given.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise _bad('The parameter "operationName" must be a string.')
    for name in ("variables", "extensions"):
        if not isinstance(given.get(name), dict | None):
            raise _bad(f'The parameter "{name}" must be an object.')
    variables = given.get("variables") or {}
    if not _is_within(variables, _DEEPEST_VARIABLES):
        raise _bad(f'The parameter "variables" is nested more than {_DEEPEST_VARIABLES} deep.')
    # Of an empty name GraphiQL and others mean none.
    return GraphQLRequest(query, variables, operation_name or None)


def require_json(content_type: str | None) -> None:
    """Raises Refused (415) unless the body is declared as JSON in UTF-8."""
    media_type, *parameters = (content_type or "").split(";")
    if media_type.strip().lower() != JSON:
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", f"The request's content-type must be {JSON}.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in {"utf-8", "utf8"}:
            raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "The request's charset must be utf-8.")


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad(f"{what} is not valid JSON in UTF-8.") from None


def _is_within(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_is_within(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_within(item, depth - 1) for item in value)
    return True


def _bad(message: str) -> Refused:
    return Refused(400, "BAD_REQUEST", message)
