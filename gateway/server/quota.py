"""Counts what is open at the same time, in all and for each holder."""

from collections import Counter


class Quota:
    """At most `in_all`, and for one holder at most `each`. Holders without a name share nothing."""

    def __init__(self, in_all: int, each: int) -> None:
        self._in_all = in_all
        self._each = each
        self._held: Counter[str] = Counter()
        self.total = 0

    @property
    def full(self) -> bool:
        return self.total >= self._in_all

    def take(self, holder: str | None) -> bool:
        """Whether there was room for one more; to be given back only then."""
        if self.full or (holder is not None and self._held[holder] >= self._each):
            return False
        self.total += 1
        if holder is not None:
            self._held[holder] += 1
        return True

    def give(self, holder: str | None) -> None:
        self.total -= 1
        if holder is not None:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]
