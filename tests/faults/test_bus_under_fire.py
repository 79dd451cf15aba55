"""Every process of the bus killed and frozen, the database and the broker too: nothing is lost.

`make kill` does the same for longer.
"""

import pytest

from tests.faults.bus.fire import Fire, ground


@pytest.mark.parametrize(
    "with_kafka", [False, pytest.param(True, marks=pytest.mark.kafka)], ids=["postgresql", "kafka"]
)
async def test_every_committed_event_takes_effect_once_and_in_order(with_kafka: bool) -> None:
    async with ground(with_kafka) as (postgres, url, broker):
        fire = Fire(postgres, url, broker, events=500, rate=100.0, pause=0.5, most=12)
        report = await fire.run()
    assert report.verdict is not None
    assert report.verdict.holds, report
    assert report.kills.total() == 12
