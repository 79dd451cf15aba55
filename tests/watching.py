"""A subscriber of one agent in a test, and events that get their positions when the test says."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from strawberry.types import ExecutionResult

from subgraphs.kit import Principal
from tests.callers import ADMIN
from tests.events.stamped import stamp
from tests.platform import Platform

PATIENCE = 20
"""Seconds after which a test gives up on what should come at once."""


@dataclass
class Watcher:
    """What a subscription answers, one after the other."""

    platform: Platform
    answers: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    ended: bool = False

    async def next(self) -> dict[str, Any]:
        """The response to the next event, after the sequencer has passed."""
        await stamp(self.platform.databases["platform"])
        async with asyncio.timeout(PATIENCE):
            return await self.answers.get()

    async def data(self, count: int) -> list[Any]:
        """The next answers' data without the root field; none of them has errors."""
        found = [await self.next() for _ in range(count)]
        assert [each.get("errors") for each in found] == [None] * count
        return [next(iter(each["data"].values())) for each in found]

    async def error(self) -> dict[str, Any]:
        """The one error with which the subscription ends."""
        answer = await self.next()
        assert answer["data"] is None
        [error] = answer["errors"]
        return dict(error)

    async def listen(self, results: AsyncIterator[ExecutionResult]) -> None:
        async for result in results:
            answer: dict[str, Any] = {"data": result.data}
            if result.errors:
                answer["errors"] = [error.formatted for error in result.errors]
            if result.extensions:
                answer["extensions"] = result.extensions
            self.answers.put_nowait(answer)
        self.ended = True


@asynccontextmanager
async def watching(
    platform: Platform, agent: str, document: str, principal: Principal = ADMIN, **variables: Any
) -> AsyncIterator[Watcher]:
    """Subscribed to one agent from the moment of entering until the block ends."""
    watcher, hub = Watcher(platform), platform.hub
    assert hub is not None
    before = hub.subscribers
    results = platform.agent(agent).subscribe(agent, document, variables, principal, "req_test")
    listening = asyncio.create_task(watcher.listen(results))
    try:
        async with asyncio.timeout(PATIENCE):
            while hub.subscribers == before and not listening.done():  # noqa: ASYNC110  # nobody says
                await asyncio.sleep(0)
        yield watcher
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await results.aclose()


def cursors(answers: Sequence[Any]) -> list[int]:
    """The positions in the cursors of changes."""
    return [int(answer["cursor"].partition(":")[2]) for answer in answers]
