"""Who may hear of an event: the catalog names an audience, a caller belongs to one."""

from collections.abc import Iterable

from events.event import Audience, Event
from subgraphs.kit.policy import Kind, Principal

_ORDER = list(Audience)
"""Each also hears what those before it hear."""
_OF_KIND = {
    Kind.ANONYMOUS: Audience.CUSTOMER,
    Kind.CUSTOMER: Audience.CUSTOMER,
    Kind.STAFF: Audience.STAFF,
    Kind.ADMIN: Audience.ADMIN,
}


def audience_of(principal: Principal) -> Audience:
    """A service hears what the one hears for whom it acts; on its own, what staff hears."""
    if principal.kind is not Kind.SERVICE:
        return _OF_KIND[principal.kind]
    behalf = principal.on_behalf_of or ""
    return Audience.CUSTOMER if behalf.startswith("cus_") else Audience.STAFF


def may_hear(principal: Principal, event: type[Event]) -> bool:
    return _ORDER.index(event.audience) <= _ORDER.index(audience_of(principal))


def audible(principal: Principal, events: Iterable[type[Event]]) -> frozenset[str]:
    """The types of those events of which the caller may hear."""
    return frozenset(event.type for event in events if may_hear(principal, event))
