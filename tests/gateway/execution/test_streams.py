"""However a stream ends, everybody who listens to it is told."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from gateway.context import RequestContext
from gateway.execution.streams import Errors, Event, Stream

SOON = 30.0


class Heard:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ended: asyncio.Future[Errors] = asyncio.get_running_loop().create_future()

    def next(self, event: Event) -> None:
        self.events.append(event)

    def end(self, errors: Errors) -> None:
        self.ended.set_result(errors)


class Defective:
    """One event, then what no source should raise."""

    context = RequestContext(request_id="req_1")

    async def events(self) -> AsyncGenerator[Event, None]:
        yield Event(b"{}")
        raise RuntimeError("a defect")


async def test_a_source_that_breaks_its_word_leaves_nobody_waiting() -> None:
    stream = Stream(Defective())
    ended: list[Stream[Defective]] = []
    stream.on_end = lambda: ended.append(stream)
    listeners = [Heard(), Heard()]
    for each in listeners:
        stream.join(each, stream.source.context)
    async with asyncio.timeout(SOON):
        assert [await each.ended for each in listeners] == [(), ()]
        await stream.ended()
    assert [each.events for each in listeners] == [[Event(b"{}")]] * 2
    assert ended == [stream]
    assert len(stream) == 0
    with pytest.raises(RuntimeError, match="a defect"):
        stream._task.result()  # type: ignore[union-attr]  # it has run
