"""Which labels of `@override(label:)` are active for one request."""

import random
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from gateway.context import RequestContext

Labels = Callable[[frozenset[str], RequestContext], Awaitable[frozenset[str]]]
"""Given the labels that are no percentages, those that are active for this request."""
Draw = Callable[[], float]
"""A number from 0 up to, and without, 100."""

_PERCENT: Final = re.compile(r"percent\((\d{1,2}(?:\.\d{1,8})?|100(?:\.0{1,8})?)\)")


def draw_percentage() -> float:
    return random.random() * 100  # noqa: S311 which subgraph answers is no secret


class OverrideLabels:
    """The labels of one supergraph. Without a callable those that are no percentages stay off.

    One draw per request serves all percentages, so that a request that is among the first 10% is
    among the first 20% too, and n percentages make n + 1 combinations rather than 2^n. A
    subscription keeps its draw for as long as it lives, whatever supergraph serves it: else each
    new one would plan it anew by chance, and cut it.
    """

    def __init__(
        self, labels: Iterable[str], other: Labels | None = None, draw: Draw = draw_percentage
    ) -> None:
        self._percentages: dict[str, float] = {}
        named: set[str] = set()
        for label in labels:
            match = _PERCENT.fullmatch(label)
            if match is None:
                named.add(label)
            else:
                self._percentages[label] = float(match[1])
        self._named = frozenset(named)
        self._other = other
        self.draw = draw

    async def active(self, context: RequestContext, drawn: float) -> frozenset[str]:
        """Raises what the callable raises."""
        found = frozenset(
            label for label, percentage in self._percentages.items() if drawn < percentage
        )
        if self._named and self._other is not None:
            found |= self._named & await self._other(self._named, context)
        return found

    def by_percentage(self) -> list[frozenset[str]]:
        """Every combination that a draw can make, from none to all."""
        ordered = sorted(self._percentages, key=lambda label: -self._percentages[label])
        return [frozenset(ordered[:count]) for count in range(len(ordered) + 1)]
