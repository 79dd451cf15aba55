"""Identical queries that are under way at the same time are sent once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from gateway.transport.protocol import SubgraphUnavailable

T = TypeVar("T")


class Landed(NamedTuple, Generic[T]):
    """`led`: sent for this caller. `shared`: others have the same object, or may have it."""

    result: T
    led: bool
    shared: bool


class _Flight(Generic[T]):
    """`landed` is only made when somebody waits for it: alone, a query costs next to nothing."""

    __slots__ = ("landed",)

    def __init__(self) -> None:
        self.landed: asyncio.Future[T | None] | None = None


class Flights(Generic[T]):
    """The queries of one subgraph that are under way, by what makes them identical."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def join(self, key: Hashable, send: Callable[[], Awaitable[T]]) -> Landed[T]:
        """What `send` gives, or what it gives to another who has begun.

        Where that other is cancelled, one of those who wait sends instead.
        """
        while (flight := self._flights.get(key)) is not None:
            if flight.landed is None:
                flight.landed = asyncio.get_running_loop().create_future()
            try:
                result = await asyncio.shield(flight.landed)
            except SubgraphUnavailable as error:
                # An exception of its own for each: they are raised through different tasks.
                raise SubgraphUnavailable(str(error)) from error
            if result is not None:
                return Landed(result, led=False, shared=True)
        return await self._lead(key, send)

    async def _lead(self, key: Hashable, send: Callable[[], Awaitable[T]]) -> Landed[T]:
        flight = self._flights[key] = _Flight()
        try:
            result = await send()
        except BaseException as error:
            del self._flights[key]
            if flight.landed is not None and not flight.landed.done():
                if isinstance(error, SubgraphUnavailable):
                    flight.landed.set_exception(error)
                    flight.landed.exception()  # retrieved, even if all who waited have gone
                else:
                    flight.landed.set_result(None)
            raise
        del self._flights[key]
        if flight.landed is not None:
            flight.landed.set_result(result)
        return Landed(result, led=True, shared=flight.landed is not None)
