"""Giving way: however many have work to do, a turn of the event loop stays short."""

import asyncio
import gc
import weakref
from types import SimpleNamespace

import pytest

from subgraphs.kit.turns import MOST, turns

PIECE = MOST / 8
"""What a piece of work takes, by the clock of these tests."""


class Clock:
    """Time passes by work alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float = PIECE) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("subgraphs.kit.turns.time", SimpleNamespace(monotonic=clock))
    return clock


async def _longest(clock: Clock, *workers: asyncio.Task[None]) -> float:
    """The longest turn of the loop while these worked."""
    longest, last = 0.0, clock.now
    while not all(worker.done() for worker in workers):
        await asyncio.sleep(0)
        longest, last = max(longest, clock.now - last), clock.now
    return longest


async def test_many_together_do_not_hold_the_loop(clock: Clock) -> None:
    done: list[int] = []

    async def worker(number: int) -> None:
        for _ in range(4):
            await turns().give_way()
            clock.work()
            done.append(number)

    workers = [asyncio.create_task(worker(number)) for number in range(200)]
    assert await _longest(clock, *workers) <= 3 * MOST
    assert sorted(done) == sorted(list(range(200)) * 4)
    assert set(done[:220]) == set(range(200))  # who waits longest goes on first


async def test_a_lone_one_goes_on_at_once(clock: Clock) -> None:
    turn = turns()
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    asyncio.get_running_loop().call_soon(tick)
    await turn.give_way()
    await turn.give_way()
    assert ticks == 0
    clock.work(MOST)
    await turn.give_way()
    assert ticks == 1


async def test_what_others_take_of_a_turn_is_not_counted(clock: Clock) -> None:
    """Where they take longer than there is time, who gives way would tell one event in each."""
    told: list[int] = []

    async def others() -> None:
        while len(told) < 40:
            clock.work(2 * MOST)
            await asyncio.sleep(0)

    async def one() -> None:
        for number in range(40):
            await turns().give_way()
            clock.work()
            told.append(number)

    working = asyncio.create_task(one())
    rounds = 0
    busy = asyncio.create_task(others())
    while not working.done():
        rounds += 1
        await asyncio.sleep(0)
    await busy
    assert told == list(range(40))
    assert rounds < 20


async def test_who_is_canceled_keeps_nobody_waiting(clock: Clock) -> None:
    async def worker() -> None:
        for _ in range(20):
            await turns().give_way()
            clock.work()

    workers = [asyncio.create_task(worker()) for _ in range(20)]
    for _ in range(3):
        await asyncio.sleep(0)
    for each in workers[::2]:
        each.cancel()
    ended = await asyncio.gather(*workers, return_exceptions=True)
    assert [each is None for each in ended] == [False, True] * 10


def test_each_loop_has_its_own_and_takes_them_along() -> None:
    async def own() -> object:
        assert turns() is turns()
        await turns().give_way()
        await asyncio.sleep(0)
        return turns()

    gone = []
    for _ in range(3):
        loop = asyncio.new_event_loop()
        gone.append(weakref.ref(loop.run_until_complete(own())))
        loop.close()
        del loop
    gc.collect()
    assert [each() for each in gone] == [None] * 3
