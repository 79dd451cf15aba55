"""`make kill`: 10,000 events on each bus under fire, and what came of them."""

import argparse
import asyncio
import sys
import time

from tests.faults.bus.fire import Fire, ground

BUSES = {"postgresql": False, "kafka": True}


async def burn(bus: str, events: int, rate: float, pause: float) -> bool:
    """Whether everything held; prints the figures."""
    began = time.monotonic()
    async with ground(with_kafka=BUSES[bus]) as (postgres, url, broker):
        report = await Fire(postgres, url, broker, events=events, rate=rate, pause=pause).run()
    found = report.verdict
    assert found is not None
    kills = ", ".join(f"{target} {count}" for target, count in sorted(report.kills.items()))
    print(f"{bus}: {time.monotonic() - began:.0f} s, {report.kills.total()} kills ({kills})")  # noqa: T201 told to people
    print(f"  parked before the handler was mended: {report.parked} keys")  # noqa: T201 told to people
    print(f"  settled {report.seconds_to_settle:.1f} s after the last event: {found}")  # noqa: T201 told to people
    print(f"  {'held' if found.holds else 'DID NOT HOLD'}", flush=True)  # noqa: T201 told to people
    return found.holds


def main() -> int:
    """0 where everything held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bus", choices=[*BUSES], action="append")
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--pause", type=float, default=1.0)
    given = parser.parse_args()
    held = [
        asyncio.run(burn(bus, given.events, given.rate, given.pause)) for bus in given.bus or BUSES
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
