"""What the log line of one request says; filled in on the way through the edge."""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.types import Scope

from gateway.context import REQUEST_ID
from gateway.execution.messages import GraphQLRequest

_KEY: Final = "gateway.record"
# Anything that could break a log line or a header is replaced by an id of our own.
_VALID_ID: Final = re.compile(r"[A-Za-z0-9._~:+/=-]{8,128}")
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,99}")

SUBSCRIPTION: Final = "subscription"


@dataclass(slots=True)
class RequestRecord:
    """Closed set of facts: never variables, tokens or values of the answer.

    `events`: how many a subscription has been given.
    """

    request_id: str
    operation: str | None = None
    operation_type: str | None = None
    document_hash: str | None = None
    principal: str | None = None
    code: str | None = None
    events: int = 0

    @staticmethod
    def begin(scope: Scope) -> "RequestRecord":
        """Attach a record to the request, with its `x-request-id` if that is a valid one."""
        record = RequestRecord(_incoming_id(scope) or secrets.token_hex(16))
        REQUEST_ID.set(record.request_id)
        scope[_KEY] = record
        return record

    @staticmethod
    def of(scope: Scope) -> "RequestRecord":
        record = scope[_KEY]
        assert isinstance(record, RequestRecord)  # noqa: S101 set by begin, for the type checker
        return record

    def asks(self, request: GraphQLRequest) -> None:
        """Which operation it is about."""
        if request.operation_name and _NAME.fullmatch(request.operation_name):
            self.operation = request.operation_name
        self.document_hash = sha256(request.query.encode()).hexdigest()


def _incoming_id(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(found) != 1:
        return None
    text: str = found[0].decode("latin-1")
    return text if _VALID_ID.fullmatch(text) else None
