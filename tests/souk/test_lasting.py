"""A loop beside the server that dies is told of, and begun anew; the others do not notice."""

import asyncio

from events.defects import Defects
from souk.lasting import LoopEnded, beside
from tests.events.traffic import Captured

SOON = 30.0


async def test_a_loop_that_dies_is_told_of_and_begun_anew() -> None:
    captured, again = Captured(), asyncio.Event()
    begun: list[str] = []

    async def dies() -> None:
        begun.append("dies")
        if len(begun) < 4:
            raise RuntimeError("no handler outlives this")
        again.set()
        await asyncio.Event().wait()

    async def lives() -> None:
        begun.append("lives")
        await asyncio.Event().wait()

    async with (
        asyncio.timeout(SOON),
        beside(Defects(captured), {"dying": dies, "living": lives}, pause=0),
    ):
        await again.wait()
    assert sorted(begun) == ["dies", "dies", "dies", "lives"]
    [(agent, place, defect)] = captured.defects
    assert (agent, place, str(defect)) == ("bus", "dying", "no handler outlives this")


async def test_a_loop_that_ends_by_itself_is_a_defect() -> None:
    captured, again = Captured(), asyncio.Event()

    async def ends() -> None:
        if captured.defects:
            again.set()
            await asyncio.Event().wait()

    async with asyncio.timeout(SOON), beside(Defects(captured), {"brief": ends}, pause=0):
        await again.wait()
    [(_, place, defect)] = captured.defects
    assert place == "brief"
    assert isinstance(defect, LoopEnded)
