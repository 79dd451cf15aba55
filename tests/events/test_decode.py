"""What is decoded is what was written; whatever else is read is refused, with the reason."""

from dataclasses import asdict
from typing import Any

import pytest

from events.catalog import EVENTS
from events.catalog.customer import Objection
from events.catalog.order import OrderCanceled
from events.decode import MalformedEvent, decode
from events.event import Event, fact
from tests.events.examples import envelope_of, example

PLACED = envelope_of(example(EVENTS["order.placed"]))
ANSWERED = envelope_of(example(EVENTS["customer.erasure_answered"]))


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_every_event_comes_back_as_it_was(event: type[Event]) -> None:
    said = example(event)
    assert decode(envelope_of(said)) == said


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_a_field_too_few_too_many_or_of_another_type_is_refused(event: type[Event]) -> None:
    said = envelope_of(example(event))
    for name in said.data:
        less = {field: value for field, value in said.data.items() if field != name}
        with pytest.raises(MalformedEvent, match=rf"^{event.type}: {name}: Field required$"):
            decode(envelope_of(example(event), data=less))
        with pytest.raises(MalformedEvent, match=rf"^{event.type}: {name}: "):
            decode(envelope_of(example(event), data={**said.data, name: {"odd": 1.5}}))
    with pytest.raises(MalformedEvent, match=rf"^{event.type}: odd: Unexpected keyword argument$"):
        decode(envelope_of(example(event), data={**said.data, "odd": 1}))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"total": "6195"}, "order.placed: total: Input should be a valid integer"),
        ({"total": True}, "order.placed: total: Input should be a valid integer"),
        ({"total": 61.0}, "order.placed: total: Input should be a valid integer"),
        ({"customer_id": None}, "order.placed: customer_id: Input should be a valid string"),
        (
            {"currency": "euro"},
            "order.placed: currency: String should match pattern '^[A-Z]{3}$'",
        ),
        (
            {"total": "x", "currency": 1},
            "order.placed: total: Input should be a valid integer; "
            "currency: Input should be a valid string",
        ),
    ],
)
def test_the_reason_names_the_field_and_not_what_was_in_it(
    data: dict[str, Any], reason: str
) -> None:
    found = envelope_of(example(EVENTS["order.placed"]), data={**PLACED.data, **data})
    with pytest.raises(MalformedEvent) as refused:
        decode(found)
    assert str(refused.value) == reason


def test_a_name_that_is_not_on_the_list_is_refused_inside_a_group_too() -> None:
    objections = [asdict(Objection(reason="SPITE"))]
    found = envelope_of(
        example(EVENTS["customer.erasure_answered"]),
        data={**ANSWERED.data, "objections": objections},
    )
    with pytest.raises(MalformedEvent, match=r"^customer\.erasure_answered: objections\.0\.reason"):
        decode(found)


def test_the_aggregate_stands_in_the_envelope_alone() -> None:
    data = {**PLACED.data, "aggregate_id": "ord_2"}
    with pytest.raises(MalformedEvent) as refused:
        decode(envelope_of(example(EVENTS["order.placed"]), data=data))
    assert str(refused.value) == "order.placed: aggregate_id: Unexpected keyword argument"


def test_a_time_needs_its_zone() -> None:
    said = example(EVENTS["reservation.created"])
    late = {**envelope_of(said).data, "expires_at": "2026-11-28T12:00:00"}
    with pytest.raises(MalformedEvent, match="expires_at: Value error, a time without its zone"):
        decode(envelope_of(said, data=late))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "order.eaten"}, "'order.eaten' is no event of the catalog"),
        ({"version": 2}, "order.placed has version 2, and 1 is the newest that is known"),
        ({"version": 0}, "order.placed has version 0"),
    ],
)
def test_an_unknown_type_or_version_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedEvent) as refused:
        decode(envelope_of(example(EVENTS["order.placed"]), **changes))
    assert str(refused.value) == reason


@pytest.fixture
def thrice(monkeypatch: pytest.MonkeyPatch) -> type[Event]:
    """`order.canceled` in its third version, whose second was given up."""

    def named(data: dict[str, Any]) -> dict[str, Any]:
        return {"reason": data["why"]}

    @fact("order.canceled", version=3, upgrades={2: named})
    class Canceled(Event):
        reason: str

    monkeypatch.setitem(EVENTS, "order.canceled", Canceled)
    monkeypatch.setattr("events.decode._ADAPTERS", {})
    return Canceled


def test_an_older_version_is_upgraded(thrice: type[Event]) -> None:
    old = envelope_of(example(OrderCanceled), version=2, data={"why": "STOCK"})
    assert decode(old) == thrice(aggregate_id="some text", reason="STOCK")  # type: ignore[call-arg]  # made here


def test_a_version_that_nothing_upgrades_is_refused(thrice: type[Event]) -> None:
    with pytest.raises(MalformedEvent) as refused:
        decode(envelope_of(example(OrderCanceled), version=1, data={}))
    assert str(refused.value) == "order.canceled has version 1, which nothing upgrades"


def test_what_cannot_be_upgraded_is_refused(thrice: type[Event]) -> None:
    with pytest.raises(MalformedEvent) as refused:
        decode(envelope_of(example(OrderCanceled), version=2, data={"reason": "STOCK"}))
    assert str(refused.value) == "order.canceled of version 2: KeyError('why')"
