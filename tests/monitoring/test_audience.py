"""What customers are told: each value of each of their events was decided about."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_type_hints

import pytest

from events.catalog import EVENTS
from events.event import Audience, Event
from events.timelines import timelines
from subgraphs.kit import Kind, Principal
from subgraphs.monitoring.audience import TOLD_TO_CUSTOMERS, told, told_of
from tests.callers import ADMIN, customer, reader

FOR_CUSTOMERS = [event for event in EVENTS.values() if event.audience is Audience.CUSTOMER]
STAFFS = {"pick_list_id", "reservation_id", "warehouse_id"}
"""Of an event for customers: what happens behind the counter."""
NOBODYS = {"price.changed", "product.published"}
"""For all customers alike: on nobody's timeline."""


def _names(kind: Any) -> Iterator[str]:
    """Of all values in an event, those within its parts too."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.name != "aggregate_id":
            yield field.name
        for part in (hints[field.name], *get_args(hints[field.name])):
            if is_dataclass(part):
                yield from _names(part)


def test_each_value_is_told_or_kept_back_on_purpose() -> None:
    names = {name for event in FOR_CUSTOMERS for name in _names(event)}
    assert len(names) > 20
    assert names - TOLD_TO_CUSTOMERS == STAFFS
    assert TOLD_TO_CUSTOMERS - names == set()


@pytest.mark.parametrize("event", FOR_CUSTOMERS, ids=lambda event: event.type)
def test_an_event_for_customers_says_whose_it_is(event: type[Event]) -> None:
    """So that who watches need not be asked for by the order that it is about."""
    assert ("customer" in timelines(event)) is (event.type not in NOBODYS)


def test_each_audience_sees_what_the_ones_before_it_see() -> None:
    customers, staff = told_of(customer("cus_1")), told_of(reader("monitoring"))
    assert customers < staff < told_of(ADMIN) == set(EVENTS)
    assert not {type for type in customers if type.startswith(("fraud.", "risk.", "error."))}
    service = Principal("agent:x", Kind.SERVICE)
    assert told_of(service) == staff
    assert told_of(replace(service, on_behalf_of="cus_1")) == customers


def test_values_are_told_at_every_depth() -> None:
    said = {
        "customer_id": "cus_1",
        "warehouse_id": "whs_1",
        "lines": [{"order_line_id": "orl_1", "quantity": 2, "pick_list_id": "pkl_1"}],
    }
    assert told(said, customer("cus_1")) == {
        "customerId": "cus_1",
        "lines": [{"orderLineId": "orl_1", "quantity": 2}],
    }
    assert told(said, reader("monitoring")) == {
        "customerId": "cus_1",
        "warehouseId": "whs_1",
        "lines": [{"orderLineId": "orl_1", "quantity": 2, "pickListId": "pkl_1"}],
    }
