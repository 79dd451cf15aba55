"""Collects, while one operation runs, the headers that subgraphs add to the client's answer."""

from collections.abc import Iterator, Sequence

from gateway.cache_control import most_restrictive


class ResponseHeaders:
    """Made by the edge for one request; transports write, the edge reads when all is done.

    Names are lower case. Order is that in which subgraphs answer.
    """

    __slots__ = ("_cache_controls", "_values")

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}
        self._cache_controls: list[str | None] = []

    def append(self, name: str, values: Sequence[str]) -> None:
        """Every value of every answer, each in a line of its own."""
        self._values.setdefault(name, []).extend(values)

    def keep_first(self, name: str, values: Sequence[str]) -> None:
        """The values of the answer that came first."""
        self._values.setdefault(name, list(values))

    def keep_last(self, name: str, values: Sequence[str]) -> None:
        """The values of the answer that came last."""
        self._values[name] = list(values)

    def restrict_caching(self, value: str | None) -> None:
        """A `cache-control`, or None of an answer that has none: it must not be stored."""
        self._cache_controls.append(value)

    def cache_control(self) -> str | None:
        """The most restrictive of all; None where no transport said anything of caching."""
        return most_restrictive(self._cache_controls) if self._cache_controls else None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Name and value of each line but `cache-control`."""
        for name, values in self._values.items():
            for value in values:
                yield name, value
