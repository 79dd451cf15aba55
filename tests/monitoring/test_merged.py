"""Merged customers: what was one's is the other's, whatever comes first."""

from events.catalog.customer import CustomerMerged
from events.event import Event
from events.received import Received
from subgraphs.kit import Principal
from tests.callers import ADMIN, customer
from tests.monitoring.happenings import (
    ANNA,
    BORIS,
    CLARA,
    ORDER,
    OTHER,
    History,
    made_id,
    placed,
    take,
    types,
)
from tests.platform import Platform

LATE = made_id("ord", 3)
DOCUMENT = """query ($r: [_Any!]!) { _entities(representations: $r) {
    ... on Order { timeline { edges { node { type } } } }
    ... on Customer { timeline(orderBy: { direction: ASC }) { edges { node { type subjectId } } } }
} }"""


def _story() -> list[Received[Event]]:
    """Anna's record goes into Boris', his into Clara's; an order of Anna's is heard of last."""
    then = History().happened
    return [
        then(placed(ORDER, ANNA)),
        then(placed(OTHER, BORIS)),
        then(CustomerMerged(aggregate_id=ANNA, into_id=BORIS)),
        then(CustomerMerged(aggregate_id=BORIS, into_id=CLARA)),
        then(placed(LATE, ANNA)),
    ]


async def _orders(platform: Platform, who: Principal, *ids: str) -> list[list[str]]:
    given = [{"__typename": "Order", "id": id} for id in ids]
    answer = await platform.ask("monitoring", DOCUMENT, who, {"r": given})
    return [types(each["timeline"]) for each in answer["data"]["_entities"]]


async def _subjects(platform: Platform, who: Principal, id: str) -> list[str]:
    given = [{"__typename": "Customer", "id": id}]
    answer = await platform.ask("monitoring", DOCUMENT, who, {"r": given})
    [found] = answer["data"]["_entities"]
    return [edge["node"]["subjectId"] for edge in found["timeline"]["edges"]]


async def test_what_was_theirs_is_the_last_ones(platform: Platform) -> None:
    await take(platform, _story())
    one = ["order.placed"]
    assert await _orders(platform, customer(CLARA), ORDER, OTHER, LATE) == [one, one, one]
    for gone in (ANNA, BORIS):
        assert await _orders(platform, customer(gone), ORDER, OTHER, LATE) == [[], [], []]
        assert await _subjects(platform, customer(gone), gone) == []


async def test_before_the_merger_each_had_their_own(platform: Platform) -> None:
    await take(platform, _story()[:2])
    assert await _orders(platform, customer(ANNA), ORDER, OTHER) == [["order.placed"], []]
    assert await _orders(platform, customer(CLARA), ORDER, OTHER) == [[], []]


async def test_the_last_ones_timeline_holds_it_all(platform: Platform) -> None:
    await take(platform, _story())
    everything = [ORDER, OTHER, ANNA, BORIS, LATE]
    assert await _subjects(platform, ADMIN, CLARA) == everything
    assert await _subjects(platform, customer(CLARA), CLARA) == [ORDER, OTHER, LATE]
    for gone in (ANNA, BORIS):
        assert await _subjects(platform, ADMIN, gone) == []
