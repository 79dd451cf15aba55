"""The benchmark of latency: what it counts, and that it measures the platform as it runs."""

from bench.latency.__main__ import Heard, Load, evaluate, measure


def test_only_what_comes_after_the_warm_up_counts() -> None:
    load = Load(rate=2.0, seconds=2.0, warm=1.0, subscribers=2)
    committed = [100.0, 100.5, 101.0, 101.5, 102.0, 102.5]
    whole: Heard = {
        "times": {"0": 109.0, "1": 109.0, "2": 101.25, "3": 101.75, "4": 102.25, "5": 102.75},
        "lags": 0,
    }
    short: Heard = {"times": {"2": 101.5, "4": 102.25}, "lags": 3}
    result = evaluate("postgresql", load, committed, [whole, short])
    assert (result.bus, result.subscribers, result.events) == ("postgresql", 2, 4)
    assert (result.missing, result.lags, result.per_second) == (2, 3, 2.0)
    assert (result.p50_ms, result.longest_ms) == (250.0, 500.0)


async def test_every_event_of_an_installation_is_heard() -> None:
    load = Load(rate=20.0, seconds=2.0, warm=1.0, subscribers=2)
    result = await measure("postgresql", load)
    assert (result.subscribers, result.events, result.missing) == (2, 40, 0)
    assert 0 < result.p50_ms <= result.p99_ms
