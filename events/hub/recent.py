"""The end of the log in memory: who was cut a moment ago comes back without asking the database."""

from collections import deque
from itertools import islice

from events.stamped import Stamped


class Recent:
    """The last `size` records, without a gap among them."""

    def __init__(self, size: int) -> None:
        self._records: deque[Stamped] = deque(maxlen=size)

    def add(self, record: Stamped) -> None:
        """The one that follows the last."""
        self._records.append(record)

    def clear(self) -> None:
        self._records.clear()

    def following(self, position: int, limit: int) -> list[Stamped]:
        """At most `limit` records after `position`; none where the first of them is not kept."""
        if not self._records or position + 1 < self._records[0].position:
            return []
        begin = position + 1 - self._records[0].position
        return list(islice(self._records, begin, begin + limit))
