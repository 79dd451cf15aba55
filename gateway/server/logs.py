"""Structured logs: one JSON object per line; one per request, and per operation of a socket."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import orjson
from starlette.types import Scope

from gateway.server.record import SUBSCRIPTION, RequestRecord

_FIELDS: Final = "fields"


class JsonFormatter(logging.Formatter):
    """A record as `ts level event` and what `extra={"fields": {...}}` says; a trace as `error`.

    `constant` fields are in every line: agent, worker, release.
    """

    def __init__(self, constant: dict[str, str] | None = None) -> None:
        super().__init__()
        self._constant = constant or {}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **self._constant,
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, default=str).decode()
        except orjson.JSONEncodeError:
            # Half a character, or a number of more than 64 bits, perhaps of a caller's choosing.
            return json.dumps(line, default=str)


def configure_logs(
    stream: TextIO, *, level: int = logging.INFO, constant: dict[str, str] | None = None
) -> None:
    """Send everything that is logged in this process to `stream` as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(constant))
    logging.basicConfig(level=level, handlers=[handler], force=True)


class RequestLog:
    """Writes the line of each request; of successes at most `successes_per_second`, errors all.

    A line after some were left out says how many in `left_out`.
    """

    def __init__(
        self, *, successes_per_second: int = 200, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logging.getLogger("gateway.request")
        self._most = successes_per_second
        self._clock = clock
        self._second = 0
        self._written = 0
        self._left_out = 0

    def write(self, scope: Scope, record: RequestRecord, status: int, seconds: float) -> None:
        if status < 400 and record.code is None and not self._has_room():
            self._left_out += 1
            return
        fields: dict[str, Any] = {
            "request_id": record.request_id,
            "method": scope.get("method", "WEBSOCKET"),
            "path": scope["path"][:200],
            "status": status,
            "duration_ms": round(seconds * 1000, 3),
            "operation": record.operation,
            "operation_type": record.operation_type,
            "document_hash": record.document_hash,
            "principal": record.principal,
            "code": record.code,
            "events": record.events if record.operation_type == SUBSCRIPTION else None,
        }
        if self._left_out:
            fields["left_out"], self._left_out = self._left_out, 0
        level = logging.ERROR if status >= 500 else logging.INFO
        given = {name: value for name, value in fields.items() if value is not None}
        self._logger.log(level, "request", extra={_FIELDS: given})

    def defect(self, error: Exception, record: RequestRecord) -> None:
        """An exception that nobody expected, with its trace."""
        fields = {"request_id": record.request_id, "operation": record.operation}
        self._logger.error("defect", exc_info=error, extra={_FIELDS: fields})

    def _has_room(self) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._written = second, 0
        self._written += 1
        return self._written <= self._most
