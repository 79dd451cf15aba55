"""Subscriptions of whoever answers them whole: nothing is planned, and nothing is shared."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

import orjson

from gateway.context import RequestContext
from gateway.execution.errors import INTERNAL, SUBGRAPH_UNAVAILABLE, error
from gateway.execution.streams import Event, StreamFailed
from gateway.transport.protocol import SubgraphUnavailable, SubscriptionFailed

OnDefect = Callable[[str, BaseException], Awaitable[str]]


def event_of(answer: Mapping[str, Any]) -> Event:
    """An answer, and the cursor in its extensions, if that is where it has one."""
    extensions = answer.get("extensions")
    cursor = extensions.get("cursor") if isinstance(extensions, dict) else None
    return Event(orjson.dumps(answer), cursor if isinstance(cursor, str) else None)


class AnsweredOperation:
    """The `Source` of a stream of finished answers. They are closed when nobody listens."""

    def __init__(
        self,
        answers: AsyncGenerator[Mapping[str, Any], None],
        context: RequestContext,
        on_defect: OnDefect | None = None,
    ) -> None:
        self.context = context
        self._answers = answers
        self._on_defect = on_defect

    async def events(self) -> AsyncGenerator[Event, None]:
        """See `Source.events`."""
        try:
            async with aclosing(self._answers):
                async for answer in self._answers:
                    yield event_of(answer)
        except SubscriptionFailed as failed:
            raise StreamFailed(failed.errors) from failed
        except SubgraphUnavailable as failed:
            raise StreamFailed([error(str(failed), SUBGRAPH_UNAVAILABLE)]) from failed
        except Exception as defect:  # boundary: it ends this stream and no other
            named: dict[str, Any] = {}
            if self._on_defect is not None:
                named["id"] = await self._on_defect("edge", defect)
            raise StreamFailed([error("Internal error.", INTERNAL, **named)]) from defect
