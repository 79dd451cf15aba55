"""Whether this process still takes work, and why it may not be ready for any."""

from collections.abc import Awaitable, Callable, Sequence

Readiness = Callable[[], Awaitable[Sequence[str]]]
"""Asked by the readiness probe: the reasons why not, in words; none: ready."""


class Lifecycle:
    """Shared by the server, which drains, and the app, which says so."""

    __slots__ = ("draining",)

    def __init__(self) -> None:
        self.draining = False

    def drain(self) -> None:
        """From now on not ready, and every answer closes its connection. There is no way back."""
        self.draining = True


async def always_ready() -> Sequence[str]:
    """For an app that has nothing to wait for."""
    return ()
