"""Several at once, in order, bounded, and nothing left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from gateway.execution.in_order import in_order


class Work:
    """Each number is finished when it is told to."""

    def __init__(self) -> None:
        self.gates: dict[int, asyncio.Event] = {}
        self.read = 0
        self.running = 0

    async def numbers(self, most: int) -> AsyncIterator[int]:
        for number in range(most):
            self.read = number + 1
            yield number

    async def do(self, number: int) -> int:
        gate = self.gates.setdefault(number, asyncio.Event())
        self.running += 1
        try:
            await gate.wait()
        finally:
            self.running -= 1
        if number == 13:
            raise ValueError("unlucky")
        return number * 10

    def finish(self, *numbers: int) -> None:
        for number in numbers:
            self.gates.setdefault(number, asyncio.Event()).set()


async def collect(results: AsyncIterator[int], found: list[int]) -> None:
    async for result in results:
        found.append(result)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_results_come_in_order_whatever_is_finished_first() -> None:
    work = Work()
    found: list[int] = []

    collecting = asyncio.create_task(collect(in_order(work.numbers(5), work.do, 3), found))
    await settled()
    work.finish(2, 1)
    await settled()
    assert found == []
    work.finish(0)
    await settled()
    assert found == [0, 10, 20]
    work.finish(3, 4)
    await collecting
    assert found == [0, 10, 20, 30, 40]


async def test_no_more_is_read_than_may_be_under_way() -> None:
    work = Work()
    async with aclosing(in_order(work.numbers(100), work.do, 3)) as results:
        taking = asyncio.ensure_future(anext(results))
        await settled()
        assert work.running <= 5
        assert work.read <= 5
        work.finish(0)
        assert await taking == 0
    await settled()
    assert work.running == 0


async def test_what_is_raised_comes_in_its_place() -> None:
    before = asyncio.all_tasks()
    work = Work()
    work.finish(*range(100))
    found: list[int] = []
    with pytest.raises(ValueError, match="unlucky"):
        await collect(in_order(work.numbers(100), work.do, 4), found)
    assert found == [number * 10 for number in range(13)]

    async def broken() -> AsyncIterator[int]:
        yield 1
        raise LookupError("gone")

    found.clear()
    with pytest.raises(LookupError, match="gone"):
        await collect(in_order(broken(), work.do, 4), found)
    assert found == [10]
    assert asyncio.all_tasks() == before


async def test_leaving_cancels_what_is_under_way() -> None:
    before = asyncio.all_tasks()
    work = Work()
    work.finish(0)
    async with aclosing(in_order(work.numbers(100), work.do, 4)) as results:
        assert await anext(results) == 0
        await settled()
        assert work.running > 0
    assert (work.running, asyncio.all_tasks()) == (0, before)
