"""Whether this process still takes work, and why it may not be ready for any."""

import random
from collections.abc import Awaitable, Callable, Sequence

Readiness = Callable[[], Awaitable[Sequence[str]]]
"""Asked by the readiness probe: the reasons why not, in words; none: ready."""


class Lifecycle:
    """Shared by the server, which drains, and the app, which says so.

    Streams end at random moments of the `window`, in seconds, that begins with draining: all their
    clients at once would be too much for whoever they turn to.
    """

    __slots__ = ("_streams", "draining", "window")

    def __init__(self, window: float = 4.0) -> None:
        self.draining = False
        self.window = window
        self._streams: dict[Callable[[float], None], None] = {}

    def drain(self) -> None:
        """From now on not ready, and every answer closes its connection. There is no way back."""
        self.draining = True
        streams, self._streams = list(self._streams), {}
        for end_after in streams:
            end_after(random.random() * self.window)  # noqa: S311 spreads load

    def add(self, end_after: Callable[[float], None]) -> None:
        """A stream that is to end so many seconds after draining has begun."""
        if self.draining:
            end_after(0.0)
        else:
            self._streams[end_after] = None

    def remove(self, end_after: Callable[[float], None]) -> None:
        """The stream has ended by itself."""
        self._streams.pop(end_after, None)


async def always_ready() -> Sequence[str]:
    """For an app that has nothing to wait for."""
    return ()
