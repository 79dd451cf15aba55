"""A subscriber in a test: takes so many events, and says what it got."""

import asyncio
from contextlib import suppress
from typing import Any

from events.event import Event
from events.hub import Hub, Lagged, Subscription
from events.received import Received

PATIENCE = 20
"""Seconds after which a test gives up on what should come at once."""


async def reached(hub: Hub, position: int) -> None:
    """The hub has handed out everything up to `position`."""
    while hub.cursor.position < position:
        with suppress(Lagged):
            await take(await hub.subscribe(hub.cursor), 1)


async def take(subscription: Subscription, count: int) -> list[Received[Event]]:
    """The next `count` events; the subscription is over then."""
    found: list[Received[Event]] = []
    async with asyncio.timeout(PATIENCE):
        async for received in subscription:
            found.append(received)
            if len(found) == count:
                break
    subscription.close()
    return found


async def numbers(subscription: Subscription, count: int) -> list[Any]:
    """Of `low` events: their numbers."""
    return [received.envelope.data["available"] for received in await take(subscription, count)]
