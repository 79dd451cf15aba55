"""The hub: one reader per process, from which every subscriber gets what concerns it, in order."""

from events.hub.cursor import Cursor, CursorExpired, Lagged, MalformedCursor
from events.hub.hub import Hub, HubClosed
from events.hub.interest import EVERYTHING, Interest
from events.hub.subscription import Subscription

__all__ = [
    "EVERYTHING",
    "Cursor",
    "CursorExpired",
    "Hub",
    "HubClosed",
    "Interest",
    "Lagged",
    "MalformedCursor",
    "Subscription",
]
