"""The executor of subscriptions: events that came together are executed side by side.

One after the other each would wait for several turns of the event loop, which are long when much
else happens. What has fallen behind has many events together, and so catches up.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing
from typing import Any, ClassVar, cast

from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from subgraphs.kit.turns import turns

AT_ONCE = 64
"""Events of a stream that are executed side by side."""
IN_ALL = 1024
"""Events of all streams: where thousands have as many to tell, each tells one after the other."""


class LiveExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's, for source streams that give batches of events instead of events.

    Each batch is read as of its own time; the context's `cursor` is where the client may resume
    behind the event whose result was given last.
    """

    def cancellable_iterable(self, iterable: AsyncIterable[Any]) -> AsyncIterable[Any]:
        batches = cast(AsyncGenerator[Sequence[Any], None], iterable)
        return super().cancellable_iterable(self._events(batches))

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """For what `_events` gives: it has been built already, where its execution has begun."""
        if isinstance(payload, _Begun):
            return cast(Executor[Any], payload)
        return super().build_per_event_executor(payload)

    async def _events(
        self, batches: AsyncGenerator[Sequence[Any], None]
    ) -> AsyncGenerator[Any, None]:
        context, turn = self.context_value, turns()
        async with aclosing(batches):
            async for batch in batches:
                context.read_from(context.db.clock())
                begun: deque[_Begun] = deque()
                try:
                    for told, event in enumerate(batch):
                        await turn.give_way()  # thousands may have the same event to tell
                        self._begin(batch, told, begun)
                        context.cursor = _cursor_of(event)
                        if begun:
                            _Begun.untold -= 1
                            yield begun.popleft()
                        else:
                            yield event
                finally:
                    _Begun.untold -= len(begun)
                    for each in begun:
                        each.cancel()
        context.cursor = None

    def _begin(self, batch: Sequence[Any], told: int, begun: deque["_Begun"]) -> None:
        """The next, and where that is not done at once, some more before the last are told."""
        build = super().build_per_event_executor
        if not begun and len(batch) > 1:  # a lone event has nothing to be begun beside
            begun.append(_Begun(build(batch[told])))
        if begun and not begun[0].was_done_at_once and len(begun) <= AT_ONCE // 2:
            next = told + len(begun)
            room = max(0, min(AT_ONCE // 2, IN_ALL - _Begun.untold))
            for event in batch[next : next + room]:
                begun.append(_Begun(build(event)))


class _Begun:
    """The execution of one event under way, in place of the executor that it is handed to."""

    untold: ClassVar[int] = 0
    """How many there are in this process."""

    def __init__(self, executor: Executor[Any]) -> None:
        result: Any = executor.execute_operation(False)
        _Begun.untold += 1
        self.was_done_at_once = not executor.is_awaitable(result)
        self._result = result if self.was_done_at_once else asyncio.ensure_future(result)

    def execute_operation(self, serially: bool | None = None) -> Any:
        return self._result

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        if not self.was_done_at_once:
            self._result.cancel()


def _cursor_of(event: Any) -> str | None:
    """A value of the event, or a `derived` field of it; None where it has none."""
    cursor = getattr(event, "cursor", None)
    return cursor() if callable(cursor) else cursor
