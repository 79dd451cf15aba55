"""Subscriptions to changes: from events to the entity that they changed, as its reader sees it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import fields
from datetime import datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

import strawberry
from strawberry import ID

from events.event import Event
from events.hub import Cursor, Hub, Interest
from events.hub import Subscription as Heard
from events.received import Received
from subgraphs.kit.audience import audible
from subgraphs.kit.context import Info
from subgraphs.kit.owners import former_ids
from subgraphs.kit.sightings import Sightings
from subgraphs.kit.specs import Resolver, Subscription
from subgraphs.kit.types import camel, output, snake

BATCH = 100
"""Events of which the entities are looked up at once."""


class NoSuchField(TypeError):
    """An event has no field of the name that should lead to the entity."""


def changes(
    name: str,
    resolver: Resolver[Any, Any],
    *events: type[Event],
    through: Mapping[type[Event], str] | None = None,
) -> Subscription[..., Any]:
    """The root field `name`: of each of these events, the entity that it is about.

    An event's subject is the key of `resolver`; `through` names, for others, the field that holds
    it. A caller hears of an event if its audience is theirs and `resolver` shows them the entity:
    what `_entities` would not answer is not told of, and nobody can tell why.
    """
    return _Changes(name, resolver, events, through or {}).subscription()


class _Changes:
    def __init__(
        self,
        name: str,
        resolver: Resolver[Any, Any],
        events: Sequence[type[Event]],
        through: Mapping[type[Event], str],
    ) -> None:
        for event, field in through.items():
            if field not in {each.name for each in fields(event)}:
                raise NoSuchField(f"{event.type} has no field {field}")
        self._name = name
        self._resolver = resolver
        self._events = dict.fromkeys(events, "subject") | dict(through)
        self._field = snake(resolver.entity.__name__)
        self._payload = self._made_payload()
        self._sightings: WeakKeyDictionary[Hub, Sightings[Any, Any]] = WeakKeyDictionary()

    def subscription(self) -> Subscription[..., Any]:
        async def changed(
            info: Info, id: ID | None = None, after: str | None = None
        ) -> AsyncGenerator[Sequence[Any], None]:
            cursor = None if after is None else Cursor.parse(after)
            heard = await info.hub.subscribe(cursor, await self._wanted(info, id))
            return self._changes(info, id, heard)

        changed.__name__ = self._name
        changed.__doc__ = (
            f"Of one {self._resolver.entity.__name__}, or of all that the caller may see; from now"
            " on, or all that followed the cursor `after`."
        )
        changed.__annotations__["return"] = AsyncGenerator[Sequence[self._payload], None]  # type: ignore[name-defined]  # made here
        return Subscription(changed, self._resolver.policy, frozenset(self._events))

    async def _wanted(self, info: Info, id: ID | None) -> Interest:
        """Owners are named by what concerns them, so that they cost nothing to one another."""
        ids: frozenset[str] | None = None if id is None else frozenset({id})
        if ids is None and info.scope.owner is not None:
            ids = await former_ids(info.db, info.scope.owner)
        return Interest(types=audible(info.principal, self._events), ids=ids)

    async def _changes(
        self, info: Info, id: ID | None, heard: Heard
    ) -> AsyncGenerator[Sequence[Any], None]:
        sightings = self._sightings.setdefault(info.hub, Sightings(self._resolver))
        async with aclosing(heard.batches()) as batches:
            async for batch in batches:
                for begin in range(0, len(batch), BATCH):
                    some = [
                        (received, key)
                        for received in batch[begin : begin + BATCH]
                        if (key := self._key(received.event)) and id in (None, key)
                    ]
                    keys = [(received.position, key) for received, key in some]
                    seen = await sightings.see(keys, info.later()) if keys else []
                    yield [
                        self._change(heard.cursor.incarnation, received, entity)
                        for (received, _), entity in zip(some, seen, strict=True)
                        if entity is not None
                    ]

    def _key(self, event: Event) -> Any:
        return getattr(event, self._events[type(event)])

    def _change(self, incarnation: str, received: Received[Event], entity: Any) -> Any:
        return self._payload(
            cursor=str(Cursor(incarnation, received.position)),
            type=received.envelope.type,
            occurred_at=received.envelope.occurred_at,
            **{self._field: entity},
        )

    def _made_payload(self) -> Any:
        body: dict[str, Any] = {
            "__module__": self._resolver.function.__module__,
            "__doc__": "What happened, and what it left behind.",
            "__annotations__": {
                "cursor": str,
                "type": str,
                "occurred_at": datetime,
                self._field: self._resolver.entity,
            },
            "cursor": strawberry.field(description="To go on behind this change: `after`."),
            "type": strawberry.field(description="The event's type, such as `order.placed`."),
            self._field: strawberry.field(description="As it is now, or was a moment ago."),
        }
        return output(cast(Any, type(camel(f"_{self._name}").removesuffix("d"), (), body)))
