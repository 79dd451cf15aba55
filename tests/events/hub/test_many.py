"""Ten thousand subscribers in one process: each gets what it wants, and costs nothing else."""

import asyncio

import pytest

from events.hub import Interest
from models.database import Database
from tests.events.hub.conftest import hub_on_log
from tests.events.hub.listening import take
from tests.events.stamped import low, publish
from tests.events.traffic import Wires

pytestmark = pytest.mark.commits
SUBSCRIBERS = 10_000
EVENTS = 20


async def test_ten_thousand_hear_everything(db: Database, wires: Wires) -> None:
    async with hub_on_log(wires) as hub:
        subscriptions = [await hub.subscribe() for _ in range(SUBSCRIBERS)]
        listening = asyncio.gather(*(take(each, EVENTS) for each in subscriptions))
        await publish(db, *(low(number) for number in range(EVENTS)))
        heard = await listening
        assert hub.subscribers == 0
    expected = list(range(1, EVENTS + 1))
    assert all([received.position for received in each] == expected for each in heard)
    # The very same objects, not a copy for each.
    assert len({id(received) for each in heard for received in each}) == EVENTS


async def test_ten_thousand_that_watch_one_thing_each_are_not_even_asked(
    db: Database, wires: Wires
) -> None:
    asked: list[str] = []

    def watch(number: int) -> Interest:
        def matches(_: object) -> bool:
            asked.append(f"stk_{number}")
            return True

        return Interest(ids=frozenset({f"stk_{number}"}), matches=matches)

    async with hub_on_log(wires) as hub:
        subscriptions = [await hub.subscribe(wanted=watch(n)) for n in range(SUBSCRIBERS)]
        await publish(db, low(1, "stk_7"), low(2, "stk_77777"), low(3, "stk_7"))
        found = await take(subscriptions[7], 2)
        assert [received.position for received in found] == [1, 3]
        assert asked == ["stk_7", "stk_7"]
        assert hub.subscribers == SUBSCRIBERS - 1
        for each in subscriptions:
            each.close()
        assert hub.subscribers == 0
