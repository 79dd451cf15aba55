"""Bounded caches, and misses that are computed once."""

import asyncio
import threading

import pytest

from gateway.execution.cache import BoundedCache, SingleFlightCache


def test_the_least_recently_used_entry_goes_first() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]
    assert len(cache) == 2


def test_weight_bounds_the_sum() -> None:
    cache: BoundedCache[str, int] = BoundedCache(10, 6, len)
    cache.put("aaa", 1)
    cache.put("bb", 2)
    cache.put("bb", 3)
    assert cache.total_weight == 5
    cache.put("cc", 4)
    assert [cache.get(key) for key in ("aaa", "bb", "cc")] == [None, 3, 4]
    assert cache.total_weight == 4
    cache.put("too heavy", 5)
    assert len(cache) == 0
    assert cache.total_weight == 0


def test_a_cache_of_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        BoundedCache(0)


async def test_concurrent_misses_compute_once() -> None:
    cache: SingleFlightCache[str, int] = SingleFlightCache(BoundedCache(2))
    release = threading.Event()
    made: list[str] = []

    def make() -> int:
        release.wait(5)
        made.append("x")
        return 7

    waiters = [asyncio.create_task(cache.get("k", make)) for _ in range(3)]
    await asyncio.sleep(0)
    waiters[0].cancel()  # the first asked for it, the others still want it
    release.set()
    assert await asyncio.gather(*waiters[1:]) == [7, 7]
    assert made == ["x"]
    assert await cache.get("k", make) == 7
    assert cache.get_now("k", make) == 7
    assert made == ["x"]


async def test_a_failure_is_not_kept() -> None:
    cache: SingleFlightCache[str, int] = SingleFlightCache(BoundedCache(2))

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await cache.get("k", fail)
    assert await cache.get("k", lambda: 1) == 1
