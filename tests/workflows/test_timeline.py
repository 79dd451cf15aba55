"""An order with its timeline: one query, each event with its subject from who owns that."""

from typing import Any

from tests.callers import ADMIN, customer
from tests.workflows.operations import CONFIRMED, as_stranger
from tests.workflows.remembered import remembered
from tests.workflows.shop import Shop

DOCUMENT = """query ($id: ID!) {
  order(id: $id) {
    status
    timeline(orderBy: { direction: ASC }) { totalCount edges { node {
      type
      actor { kind }
      data
      subject {
        __typename
        ... on Order { status customer { id } }
        ... on Reservation { kept: status }
      }
    } } }
  }
}"""
NODE = """query ($id: ID!) { customer(id: $id) { timeline { edges { node { type
    subject { ... on Order { id } } } } } } }"""
CUSTOMER = CONFIRMED.customer.id
AS_CUSTOMER = customer(CUSTOMER)


async def test_every_event_with_its_subject_from_its_owner(own_shop: Shop) -> None:
    await remembered(own_shop.agents["monitoring"], CONFIRMED.id)
    answer = await own_shop.ask(DOCUMENT, ADMIN, {"id": CONFIRMED.id})
    assert "errors" not in answer
    order = {"__typename": "Order", "status": "CONFIRMED", "customer": {"id": CUSTOMER}}
    reservation = {"__typename": "Reservation", "kept": "COMMITTED"}
    timeline = answer["data"]["order"]["timeline"]
    assert [(edge["node"]["type"], edge["node"]["subject"]) for edge in timeline["edges"]] == [
        ("reservation.created", reservation),
        ("order.placed", order),
        ("reservation.committed", reservation),
        ("order.confirmed", order),
    ]
    assert timeline["totalCount"] == 4


async def test_customers_read_what_is_theirs(own_shop: Shop) -> None:
    await remembered(own_shop.agents["monitoring"], CONFIRMED.id)
    answer = await own_shop.ask(DOCUMENT, AS_CUSTOMER, {"id": CONFIRMED.id})
    assert "errors" not in answer
    events = [edge["node"] for edge in answer["data"]["order"]["timeline"]["edges"]]
    assert [event["type"] for event in events] == ["order.placed", "order.confirmed"]
    assert [event["actor"]["kind"] for event in events] == ["CUSTOMER", "SERVICE"]
    assert set(events[0]["data"]) == {"customerId", "total", "currency"}
    foreign = await own_shop.ask(DOCUMENT, as_stranger, {"id": CONFIRMED.id})
    assert foreign == {"data": {"order": None}}


async def test_a_customers_timeline_from_the_customers_page(own_shop: Shop) -> None:
    await remembered(own_shop.agents["monitoring"], CONFIRMED.id)
    answer = await own_shop.ask(NODE, AS_CUSTOMER, {"id": CUSTOMER})
    assert "errors" not in answer
    edges: list[Any] = answer["data"]["customer"]["timeline"]["edges"]
    assert [edge["node"] for edge in edges] == [
        {"type": "order.confirmed", "subject": {"id": CONFIRMED.id}},
        {"type": "order.placed", "subject": {"id": CONFIRMED.id}},
    ]
