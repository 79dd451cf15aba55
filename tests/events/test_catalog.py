"""The catalog holds what the domain says, no more and no less, and nothing personal."""

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from events.catalog import AGENT_OF, EVENTS, aggregate_word
from events.catalog import customer as customer_events
from events.catalog import order as order_events
from events.event import Audience, Event, EventOfAnyAgent, Part, own_aggregate
from events.published import topic
from events.timelines import customer_of, order_of, timelines
from events.topics import PARTITIONS, partition_of
from events.values import OneOf
from models.customer import ErasureAnswer
from models.order import CancelReason, HoldReason
from subgraphs.customer.types import ErasureReason
from subgraphs.order.states import ORDER
from tests.events.domain import CONSUMES, EVERY_AGENT_PUBLISHES, PUBLISHED, PUBLISHES, TRIGGERS
from tests.events.examples import example

PERSONAL = {
    "address", "birthday", "city", "comment", "email", "first", "ip", "last", "message", "name",
    "note", "password", "phone", "postal", "region", "secret", "street", "text", "title", "token",
    "tracking", "url",
}  # fmt: skip
PUBLIC = {"product", "price"}
"""What these are about, anybody may see."""


def test_it_has_every_event_of_the_domain_and_no_other() -> None:
    assert set(EVENTS) == PUBLISHED
    assert len(EVENTS) == 98


@pytest.mark.parametrize("agent", PUBLISHES)
def test_an_agents_events_travel_in_its_topic(agent: str) -> None:
    topics = {topic(EVENTS[type]) for type in PUBLISHES[agent] - EVERY_AGENT_PUBLISHES}
    assert topics == {f"souk.{agent}"}


@pytest.mark.parametrize("agent", CONSUMES)
def test_what_is_consumed_is_published(agent: str) -> None:
    assert CONSUMES[agent] <= set(EVENTS)
    assert TRIGGERS[agent] <= CONSUMES[agent]


def test_whatever_any_agent_may_say_is_counted_apart() -> None:
    """So no agent takes a number in a sequence of another's."""
    anyones = {type for type, event in EVENTS.items() if issubclass(event, EventOfAnyAgent)}
    assert anyones == EVERY_AGENT_PUBLISHES
    for type in anyones:
        said = EVENTS[type](**{**_fields(EVENTS[type]), "aggregate_id": own_aggregate("x", "e_1")})
        assert said.subject == "e_1"


def _fields(event: type[Event]) -> dict[str, Any]:
    made = example(event)
    return {field.name: getattr(made, field.name) for field in fields(made)}


def test_every_event_says_what_it_is_about() -> None:
    for event in EVENTS.values():
        assert event.version >= 1
        assert event.audience in Audience
        assert event.__doc__ is not None
        assert not event.__doc__.startswith(event.__name__ + "(")  # a dataclass's own


def test_no_event_has_a_field_for_personal_data() -> None:
    groups: list[type[Any]] = [*EVENTS.values(), *Part.__subclasses__()]
    for cls in groups:
        words = {word for field in fields(cls) for word in field.name.split("_")}
        assert words & PERSONAL == set(), cls


def test_a_customer_reads_only_of_what_is_their_own_or_public() -> None:
    for event in EVENTS.values():
        if event.audience is Audience.CUSTOMER:
            assert "customer" in timelines(event) or aggregate_word(event.type) in PUBLIC


@pytest.mark.parametrize("word", ["fraud", "risk", "reservation", "pick", "quality", "backoffice"])
def test_what_is_the_staffs_is_never_a_customers(word: str) -> None:
    audiences = {each.audience for each in EVENTS.values() if aggregate_word(each.type) == word}
    assert Audience.CUSTOMER not in audiences


def test_an_event_is_found_in_the_timelines_that_it_names() -> None:
    placed = example(EVENTS["order.placed"])
    assert (order_of(placed), customer_of(placed)) == (placed.aggregate_id, "some text")
    assert timelines(EVENTS["order.placed"]) == ("customer", "order")
    suspended = example(EVENTS["customer.suspended"])
    assert (order_of(suspended), customer_of(suspended)) == (None, suspended.aggregate_id)
    assert timelines(EVENTS["stock.changed"]) == ()


def test_a_price_is_its_variants_and_counted_by_currency() -> None:
    price = {**_fields(EVENTS["price.changed"]), "variant_id": "var_1"}
    assert EVENTS["price.changed"](**{**price, "aggregate_id": "var_1:EUR"}).subject == "var_1"


def test_states_and_reasons_are_those_of_the_tables() -> None:
    assert _names(order_events.OrderCanceled, "reason") == {each.name for each in CancelReason}
    assert _names(order_events, "HoldReason") == {each.name for each in HoldReason}
    assert _names(customer_events.Objection, "reason") == {each.name for each in ErasureReason}
    answers = _names(customer_events.CustomerErasureAnswered, "answer")
    assert answers == {each.name for each in ErasureAnswer}
    released = {to.name for before, to, by in ORDER.walks() if by == "releaseOrder"}
    assert _names(order_events.OrderReleased, "status") == released


def _names(owner: Any, name: str) -> set[str]:
    kind = (
        get_type_hints(owner, include_extras=True)[name]
        if isinstance(owner, type)
        else getattr(owner, name)
    )
    return {each for part in kind.__metadata__ if isinstance(part, OneOf) for each in part.names}


def test_an_aggregate_stays_in_its_partition() -> None:
    assert (partition_of("ord_1"), partition_of("ord_2")) == (3, 5)
    assert {partition_of(f"ord_{number}") for number in range(200)} == set(range(PARTITIONS))


def test_each_aggregate_has_one_agent() -> None:
    assert AGENT_OF["stock"] == AGENT_OF["reservation"] == "inventory"
    assert AGENT_OF["price"] == AGENT_OF["variant"] == "product"
    assert AGENT_OF["error"] == "healing"
    assert AGENT_OF["operation"] == "monitoring"
    assert len(AGENT_OF) == len({aggregate_word(type) for type in EVENTS})


def test_groups_of_values_have_one_meaning_each() -> None:
    names = [part.__name__ for part in _current(Part.__subclasses__())]
    assert len(names) == len(set(names))
    assert not set(names) & {event.__name__ for event in EVENTS.values()}


def _current(classes: list[type[Part]]) -> list[type[Part]]:
    """Without those that a decorator has replaced: slots make a new class of each."""
    return [each for each in classes if "__slots__" in vars(each)]
