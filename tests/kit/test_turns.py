"""Giving way: however many have work to do, a turn of the event loop stays short."""

import asyncio
import gc
import time
import weakref

from subgraphs.kit.turns import MOST, turns

PIECE = 0.001


def _work(seconds: float = PIECE) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def _longest(*workers: asyncio.Task[None]) -> float:
    """The longest time that the loop was held while these worked."""
    longest, last = 0.0, time.monotonic()
    while not all(worker.done() for worker in workers):
        await asyncio.sleep(0)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest


async def test_many_together_do_not_hold_the_loop() -> None:
    done: list[int] = []

    async def worker(number: int) -> None:
        for _ in range(4):
            await turns().give_way()
            _work()
            done.append(number)

    workers = [asyncio.create_task(worker(number)) for number in range(200)]
    longest = await _longest(*workers)
    assert longest < 200 * PIECE / 2  # all of them in one turn would take at least twice as long
    assert sorted(done) == sorted(list(range(200)) * 4)
    assert set(done[:220]) == set(range(200))  # who waits longest goes on first


async def test_a_lone_one_goes_on_at_once() -> None:
    turn, began = turns(), time.monotonic()
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    asyncio.get_running_loop().call_soon(tick)
    await turn.give_way()
    await turn.give_way()
    assert ticks == 0
    _work(MOST)
    await turn.give_way()
    assert ticks == 1
    assert time.monotonic() - began < 1


async def test_who_is_canceled_keeps_nobody_waiting() -> None:
    async def worker() -> None:
        for _ in range(20):
            await turns().give_way()
            _work()

    workers = [asyncio.create_task(worker()) for _ in range(20)]
    await asyncio.sleep(0.02)
    for each in workers[::2]:
        each.cancel()
    async with asyncio.timeout(10):
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
