"""Percentiles, and ratios to the floor."""

from bench.contender import FLOOR
from bench.report import rows
from bench.rounds import Series


def series(name: str, milliseconds: range, cpu_ms: list[int]) -> Series:
    return Series(name, 8, 100, [each * 1_000_000 for each in milliseconds][::-1], cpu_ns=[
        each * 1_000_000 for each in cpu_ms
    ])  # fmt: skip


def test_a_percentile_is_a_latency_that_was_measured() -> None:
    hundred = series("x", range(1, 101), [1])

    assert [hundred.percentile_ms(each) for each in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert series("x", range(7, 8), [1]).percentile_ms(99) == 7
    assert series("x", range(1, 5), [1]).percentile_ms(50) == 2


def test_rows_are_per_request_and_relative_to_the_floor() -> None:
    slow, floor = rows(
        [series("slow", range(10, 20), [30, 50]), series(FLOOR.name, range(2, 12), [4, 4])]
    )

    assert (slow.requests, slow.cpu_us_per_request, slow.cpu_x) == (10, 8000, 10)
    assert (slow.p50_ms, slow.p99_ms, slow.p50_x) == (14, 19, 2.33)
    assert (floor.cpu_us_per_request, floor.cpu_x, floor.p50_x) == (800, 1, 1)
