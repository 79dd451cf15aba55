"""What each caller is told: of which events, and which of their values."""

from collections.abc import Mapping, Sequence
from typing import Any

from events.catalog import EVENTS
from events.event import Audience
from subgraphs.kit import Principal, invalid
from subgraphs.kit.audience import audible, audience_of
from subgraphs.kit.filters import LONGEST_IN
from subgraphs.kit.types import camel

TOLD_TO_CUSTOMERS = frozenset(
    {
        "amount",
        "currency",
        "customer_id",
        "expires_at",
        "fields",
        "kind",
        "lines",
        "number",
        "order_id",
        "order_line_id",
        "outcome",
        "package_id",
        "payment_id",
        "product_id",
        "provider",
        "quantity",
        "reason",
        "receipt_required",
        "refund_id",
        "refunded",
        "return_request_id",
        "shipment_id",
        "step",
        "total",
        "valid_from",
        "variant_id",
        "warranty_id",
    }
)
"""Values of an event for customers; a new one is staff's until it stands here."""


def check_types(types: Sequence[str] | None) -> None:
    """Refuse a type that does not exist: whoever misspells one would wait for it in vain."""
    if types is None:
        return
    if len(types) > LONGEST_IN:
        raise invalid(f"At most {LONGEST_IN} values.", "where", "types")
    for place, type in enumerate(types):
        if type not in EVENTS:
            raise invalid(f"There is no event type {type!r}.", "where", "types", place)


def told_of(principal: Principal) -> frozenset[str]:
    """The event types that the caller may learn of: as the catalog says today."""
    return audible(principal, EVENTS.values())


def told(values: Mapping[str, Any], principal: Principal) -> dict[str, Any]:
    """An event's data as the caller may see it, named as GraphQL names things."""
    return _told(values, audience_of(principal) is Audience.CUSTOMER)


def _told(values: Mapping[str, Any], sparingly: bool) -> dict[str, Any]:
    return {
        camel(name): _part(value, sparingly)
        for name, value in values.items()
        if name in TOLD_TO_CUSTOMERS or not sparingly
    }


def _part(value: Any, sparingly: bool) -> Any:
    if isinstance(value, Mapping):
        return _told(value, sparingly)
    if isinstance(value, list):
        return [_part(part, sparingly) for part in value]
    return value
