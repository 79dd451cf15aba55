"""Whose timeline an event belongs to: the order's and the customer's that it names."""

from dataclasses import fields

from events.catalog import aggregate_word
from events.event import Event


def order_of(event: Event) -> str | None:
    """The order that the event is about or names."""
    return _of(event, "order")


def customer_of(event: Event) -> str | None:
    """The customer that the event is about or names."""
    return _of(event, "customer")


def timelines(event: type[Event]) -> tuple[str, ...]:
    """Of `customer` and `order`, those that events of this type name."""
    return tuple(word for word in ("customer", "order") if _names(event, word))


def _of(event: Event, word: str) -> str | None:
    if aggregate_word(event.type) == word:
        return event.subject
    id: str | None = getattr(event, f"{word}_id", None)
    return id


def _names(event: type[Event], word: str) -> bool:
    return aggregate_word(event.type) == word or any(
        field.name == f"{word}_id" for field in fields(event)
    )
