"""Facts that the customer agent publishes."""

from dataclasses import dataclass
from typing import ClassVar

from events.event import Audience, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCreated(Event):
    type: ClassVar[str] = "customer.created"
    audience: ClassVar[Audience] = Audience.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdated(Event):
    """`fields` are the names of what changed, never the values."""

    type: ClassVar[str] = "customer.updated"
    audience: ClassVar[Audience] = Audience.CUSTOMER
    fields: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSuspended(Event):
    type: ClassVar[str] = "customer.suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReactivated(Event):
    type: ClassVar[str] = "customer.reactivated"
