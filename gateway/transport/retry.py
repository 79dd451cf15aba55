"""Whether and when a query is sent once more."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.transport.protocol import SubgraphUnavailable

# What a subgraph that has seen little traffic may be asked again.
_RESERVE: Final = 10.0


class Transient(SubgraphUnavailable):
    """May well succeed when sent again.

    `at_once`: a pooled connection was closed while the request was on its way; the subgraph need
    not rest. `after` is what its `retry-after` asks for, in seconds.
    """

    def __init__(self, message: str, *, at_once: bool = False, after: float | None = None) -> None:
        super().__init__(message)
        self.at_once = at_once
        self.after = after


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """`attempts` counts the first: 1 never sends again.

    Before the n-th retry at random between 0 and `backoff` * 2^(n-1) seconds, at most
    `max_backoff`. Retries are at most `budget` times the requests (and a reserve of ten), so that
    a subgraph in trouble does not get a multiple of its traffic.
    """

    attempts: int = 2
    backoff: float = 0.05
    max_backoff: float = 1.0
    budget: float = 0.2


class Retrier:
    """Decides for one subgraph. `chance` gives numbers from 0 to 1."""

    def __init__(
        self,
        settings: RetrySettings,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._chance = chance
        self._tokens = _RESERVE

    def begin(self) -> None:
        """A request is sent for the first time."""
        self._tokens = min(self._tokens + self._settings.budget, _RESERVE)

    def delay(self, attempt: int, error: Transient) -> float | None:
        """Seconds until the request is sent again after its n-th attempt; None: it is not."""
        settings = self._settings
        if attempt >= settings.attempts or self._tokens < 1:
            return None
        if error.after is not None and error.after > settings.max_backoff:
            return None
        self._tokens -= 1
        if error.at_once and attempt == 1:
            return 0.0
        longest = min(settings.backoff * 2.0 ** (attempt - 1), settings.max_backoff)
        return max(self._chance() * longest, error.after or 0.0)
