"""Where the bus tells what failed in it: a defect once, an absence in one line of the log."""

import logging
from collections.abc import Awaitable, Callable

from models.transience import is_transient

LOG = logging.getLogger("souk.events")

Capture = Callable[[str, str, BaseException, str], Awaitable[str]]
"""Keeps a defect: agent, place, what was raised, correlation id; answers the id of what is kept."""


class Defects:
    """A loop that fails again and again in the same way says so once, until it has recovered."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self._failing: dict[str, type[BaseException]] = {}

    async def failed(self, loop: str, error: BaseException) -> None:
        if self._failing.get(loop) is type(error):
            return
        self._failing[loop] = type(error)
        if is_transient(error):
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            LOG.warning("%s: waiting for what is away (%s)", loop, reason)
        else:
            await self.capture("bus", loop, error, loop)

    def recovered(self, loop: str) -> None:
        if self._failing.pop(loop, None) is not None:
            LOG.info("%s: going on", loop)
