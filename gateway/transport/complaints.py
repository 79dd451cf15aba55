"""Says in the log why a subgraph was unavailable, without drowning the log when it stays so."""

import logging
import time
from collections.abc import Callable
from typing import Final

_MOST_PER_SECOND: Final = 5


class Complaints:
    """At most five lines a second for one subgraph; the next line says how many were left out."""

    def __init__(self, subgraph: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._subgraph = subgraph
        self._logger = logging.getLogger("gateway.subgraph")
        self._clock = clock
        self._second = 0
        self._written = 0
        self._left_out = 0

    def unavailable(self, reason: str, request_id: str) -> None:
        """A fetch has failed for good."""
        second = int(self._clock())
        if second != self._second:
            self._second, self._written = second, 0
        if self._written >= _MOST_PER_SECOND:
            self._left_out += 1
            return
        self._written += 1
        fields: dict[str, object] = {"reason": reason, "request_id": request_id}
        if self._left_out:
            fields["left_out"], self._left_out = self._left_out, 0
        self._log("subgraph unavailable", fields)

    def circuit(self, state: str) -> None:
        """The circuit breaker has changed its state."""
        self._log("circuit", {"state": state})

    def _log(self, event: str, fields: dict[str, object]) -> None:
        given = {"subgraph": self._subgraph, **fields}
        self._logger.warning(event, extra={"fields": given})
