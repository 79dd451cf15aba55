"""One execution for all who may share it: streams of events, and everybody who listens to them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from gateway.context import RequestContext

# Deliveries between two turns of the event loop: ten thousand at once would hold up everybody.
_DELIVERIES: Final = 250

Errors = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Event:
    """One answer of a subscription as JSON: the same bytes for all who share the stream.

    `cursor`: where the subgraph lets a client resume behind this event.
    """

    body: bytes
    cursor: str | None = None


class StreamFailed(Exception):
    """The stream ends, and these errors say why to its clients."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


class Sink(Protocol):
    """Where the events of one subscriber go. Neither method may wait or raise."""

    def next(self, event: Event) -> None: ...

    def end(self, errors: Errors) -> None:
        """Nothing follows. Without errors the stream has come to its own end."""
        ...


class Source(Protocol):
    """What a stream executes, on behalf of whoever has listened longest: their `context`."""

    context: RequestContext

    def events(self) -> AsyncGenerator[Event, None]:
        """Raises StreamFailed."""
        ...


SourceT = TypeVar("SourceT", bound=Source)


class Subscription(Protocol):
    """One subscriber of a stream."""

    def cancel(self) -> None:
        """The sink hears nothing any more. The last one to go closes the stream."""
        ...


class Stream(Generic[SourceT]):
    """Runs from the first subscriber to the last; each hears what comes after it has joined."""

    def __init__(self, source: SourceT) -> None:
        self.source = source
        self.on_end: Callable[[], None] = lambda: None
        self._members: dict[_Member[SourceT], None] = {}
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    def __len__(self) -> int:
        """How many listen."""
        return len(self._members)

    def join(self, sink: Sink, context: RequestContext) -> Subscription:
        member = _Member(self, sink, context)
        self._members[member] = None
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return member

    def end(self, errors: Errors) -> None:
        """Cuts the stream off."""
        if self._task is not None:
            self._task.cancel()
        self._finish(errors)

    async def ended(self) -> None:
        """When it has ended, and whatever it held open is closed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def leave(self, member: "_Member[SourceT]") -> None:
        if member not in self._members:
            return
        del self._members[member]
        if not self._members:
            self.end(())
        elif member.context is self.source.context:
            self.source.context = next(iter(self._members)).context

    async def _run(self) -> None:
        errors: Errors = ()
        try:
            async with aclosing(self.source.events()) as events:
                async for event in events:
                    await self._deliver(event)
        except StreamFailed as failed:
            errors = failed.errors
        finally:
            self._finish(errors)

    async def _deliver(self, event: Event) -> None:
        for count, member in enumerate(list(self._members), 1):
            if member in self._members:
                member.sink.next(event)
            if count % _DELIVERIES == 0:
                await asyncio.sleep(0)

    def _finish(self, errors: Errors) -> None:
        if self._ended:
            return
        self._ended = True
        self.on_end()
        members, self._members = list(self._members), {}
        for member in members:
            member.sink.end(errors)


class _Member(Generic[SourceT]):
    __slots__ = ("_stream", "context", "sink")

    def __init__(self, stream: Stream[SourceT], sink: Sink, context: RequestContext) -> None:
        self._stream = stream
        self.sink = sink
        self.context = context

    def cancel(self) -> None:
        self._stream.leave(self)


class Streams(Generic[SourceT]):
    """The streams of one gateway, by what makes subscriptions one."""

    def __init__(self) -> None:
        self._shared: dict[Hashable, Stream[SourceT]] = {}
        self._running: set[Stream[SourceT]] = set()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def __iter__(self) -> Iterator[Stream[SourceT]]:
        return iter(self._running)

    def join(
        self,
        key: Hashable,
        make: Callable[[], SourceT],
        sink: Sink,
        context: RequestContext,
    ) -> Subscription:
        """The stream of that key, which begins with its first subscriber."""
        stream = self._shared.get(key)
        if stream is None:
            stream = Stream(make())
            self.add(key, stream)
        return stream.join(sink, context)

    def add(self, key: Hashable, stream: Stream[SourceT]) -> None:
        """One that runs already; where there is another of that key, both go on by themselves."""

        def ended() -> None:
            self._running.discard(stream)
            if self._shared.get(key) is stream:
                del self._shared[key]
            # Whatever it held open is being closed: nobody else keeps hold of that.
            closing = asyncio.ensure_future(stream.ended())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

        stream.on_end = ended
        self._running.add(stream)
        self._shared.setdefault(key, stream)

    def take(self) -> list[Stream[SourceT]]:
        """Gives up all of them: they run on, and are somebody else's."""
        taken = list(self._running)
        self._shared.clear()
        self._running.clear()
        return taken

    async def close(self) -> None:
        """Cuts off whatever still runs."""
        for stream in list(self._running):
            stream.end(())
        while self._closing:
            await asyncio.wait(self._closing)
