"""platformEvents: everything that happens, to each who may hear of it, from now on or a cursor."""

import json
from typing import Any

import pytest

from events.catalog.customer import CustomerMerged, CustomerUpdated
from events.catalog.healing import ErrorCaptured
from events.catalog.inventory import ReservationCommitted
from events.catalog.order import OrderConfirmed, OrderHeld
from events.event import Event
from events.outbox import emit
from models.database import Cause, Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, service, staff
from tests.conftest import Ask
from tests.events.stamped import low, publish
from tests.monitoring.happenings import ANNA, BORIS, CLARA, ORDER, OTHER, History, placed, take
from tests.platform import Platform
from tests.watching import watching

pytestmark = pytest.mark.commits

DOCUMENT = """subscription ($where: PlatformEventWhere, $after: String) {
  platformEvents(where: $where, after: $after) {
    cursor id type version subjectId subject { __typename ... on Order { id } }
    occurredAt actor { kind } data } }"""
STAFFS = """subscription { platformEvents { correlationId causationId actor { id onBehalfOf } } }"""
BRIEF = """subscription ($where: PlatformEventWhere, $after: String) {
  platformEvents(where: $where, after: $after) { type subjectId } }"""
READER = reader("monitoring")
LAST = CustomerUpdated(aggregate_id=ANNA, fields=["locale"])
"""What everybody here may hear of, so that what came before it was all there was."""


def held(order: str = ORDER, customer: str = ANNA) -> OrderHeld:
    return OrderHeld(aggregate_id=order, customer_id=customer, reasons=["STOCK"])


def secret() -> ErrorCaptured:
    return ErrorCaptured(aggregate_id="order/err_1", agent="order", path="x", kind="KeyError")


async def heard(
    platform: Platform,
    who: Principal,
    *events: Event,
    where: Any = None,
    until: Event = LAST,
    after: str | None = None,
) -> list[tuple[str, str]]:
    """What somebody hears, by type and subject, of what happens until `until` does."""
    found: list[tuple[str, str]] = []
    async with watching(platform, "monitoring", BRIEF, who, where=where, after=after) as watcher:
        await publish(platform.databases["platform"], *events, until)
        while (until.type, until.subject) not in found:
            [event] = await watcher.data(1)
            found.append((event["type"], event["subjectId"]))
    return found[:-1]


async def test_an_event_says_where_to_resume_behind_it(platform: Platform) -> None:
    """In its extensions, too: who serves the stream does not know the document's fields."""
    document = "subscription { platformEvents { at: cursor } }"
    async with (
        platform.listening() as hub,
        watching(platform, "monitoring", document, customer(ANNA)) as anna,
    ):
        await publish(platform.databases["platform"], LAST)
        answer = await anna.next()
        cursor = str(hub.cursor)
    assert answer == {
        "data": {"platformEvents": {"at": cursor}},
        "extensions": {"cursor": cursor},
    }


async def test_all_that_an_event_says(platform: Platform, db: Database) -> None:
    cause = Cause(ANNA, "req_7", "evt_1")
    async with (
        platform.listening() as hub,
        watching(platform, "monitoring", DOCUMENT, customer(ANNA)) as anna,
        watching(platform, "monitoring", STAFFS, READER) as staff,
    ):
        async with db.unit_of_work(cause) as work:
            event_time = work.now
            emit(work, placed())
        answer = await anna.next()
        told = answer["data"]["platformEvents"]
        assert answer["extensions"] == {"cursor": told["cursor"]}
        id = told.pop("id")
        assert id.startswith("evt_")
        assert told.pop("occurredAt") == event_time.isoformat().replace("+00:00", "Z")
        assert told == {
            "cursor": f"{hub.cursor.incarnation}:1",
            "type": "order.placed",
            "version": 1,
            "subjectId": ORDER,
            "subject": {"__typename": "Order", "id": ORDER},
            "actor": {"kind": "CUSTOMER"},
            "data": {"customerId": ANNA, "total": 4200, "currency": "EUR"},
        }
        assert await staff.data(1) == [
            {
                "correlationId": "req_7",
                "causationId": "evt_1",
                "actor": {"id": ANNA, "onBehalfOf": None},
            }
        ]


EVERYTHING = [
    placed(),
    low(3, level="stk_9"),
    held(),
    secret(),
    placed(OTHER, BORIS),
    CustomerUpdated(aggregate_id=BORIS, fields=["email"]),
]


@pytest.mark.parametrize(
    ("who", "where", "expected"),
    [
        (ADMIN, None, [0, 1, 2, 3, 4, 5]),
        (READER, None, [0, 1, 2, 4, 5]),
        (customer(ANNA), None, [0]),
        (service("other", "platformEvents"), None, [0, 1, 2, 4, 5]),
        (service("other", "platformEvents", on_behalf_of=ANNA), None, [0]),
        (READER, {"types": ["order.held", "customer.updated", "stock.low"]}, [1, 2, 5]),
        (READER, {"types": ["order.placed", "customer.updated"], "subject": None}, [0, 4, 5]),
        (customer(ANNA), {"types": ["order.held", "customer.updated"]}, []),
    ],
)
async def test_who_hears_of_what(
    platform: Platform, who: Principal, where: Any, expected: list[int]
) -> None:
    async with platform.listening():
        found = await heard(platform, who, *EVERYTHING, where=where)
    assert found == [(EVERYTHING[n].type, EVERYTHING[n].subject) for n in expected]


@pytest.mark.parametrize("who", [READER, customer(ANNA)])
async def test_of_one_subject(platform: Platform, who: Principal) -> None:
    names_it = ReservationCommitted(aggregate_id="rsv_1", order_id=ORDER, customer_id=ANNA)
    events = [names_it, placed(), placed(OTHER, BORIS), LAST]
    confirmed = OrderConfirmed(aggregate_id=ORDER, customer_id=ANNA, reservation_id="rsv_1")
    async with platform.listening():
        found = await heard(platform, who, *events, where={"subject": ORDER}, until=confirmed)
    assert found == [("order.placed", ORDER)]


async def test_of_one_chain_of_happenings(platform: Platform, db: Database) -> None:
    async with (
        platform.listening(),
        watching(
            platform, "monitoring", BRIEF, READER, where={"correlationId": "req_2"}
        ) as watcher,
    ):
        for chain, event in (("req_1", placed()), ("req_2", held()), ("req_3", LAST)):
            async with db.unit_of_work(Cause(ANNA, chain)) as work:
                emit(work, event)
        async with db.unit_of_work(Cause(ANNA, "req_2")) as work:
            emit(work, LAST)
        first, second = await watcher.data(2)
        assert (first["type"], second["type"]) == ("order.held", "customer.updated")


async def test_a_merged_record_is_heard_of_by_whom_it_went_into(platform: Platform) -> None:
    await take(platform, [History().happened(CustomerMerged(aggregate_id=ANNA, into_id=CLARA))])
    async with (
        platform.listening(),
        watching(platform, "monitoring", BRIEF, READER) as staff,
        watching(platform, "monitoring", BRIEF, customer(CLARA)) as clara,
        watching(platform, "monitoring", BRIEF, customer(ANNA)) as nobody,
    ):
        await publish(platform.databases["platform"], placed(), placed(OTHER, BORIS))
        assert len(await staff.data(2)) == 2
        assert await clara.data(1) == [{"type": "order.placed", "subjectId": ORDER}]
        assert clara.answers.empty()
        assert nobody.answers.empty()


async def test_from_a_timeline_into_what_follows(
    platform: Platform, ask: Ask, db: Database
) -> None:
    """The cursor of the last that was remembered leads on without a gap."""
    then = History().happened
    await publish(db, placed(), held())
    await take(platform, [then(placed()), then(held())])
    document = """{ platformTimeline(first: 2) { edges { node { type cursor } } } }"""
    edges = (await ask(document, READER))["platformTimeline"]["edges"]
    assert [edge["node"]["type"] for edge in edges] == ["order.held", "order.placed"]
    await publish(db, low(1))
    async with platform.listening():
        for edge, expected in (
            (edges[0], ["stock.low"]),
            (edges[1], ["order.held", "stock.low"]),
        ):
            found = await heard(platform, READER, after=edge["node"]["cursor"])
            assert [type for type, _ in found if type != LAST.type] == expected


UNKNOWN_LOG = "00000000-0000-0000-0000-000000000000:1"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"after": "yesterday"}, "BAD_USER_INPUT"),
        ({"after": UNKNOWN_LOG}, "CURSOR_EXPIRED"),
        ({"where": {"types": ["order.plaecd"]}}, "INVALID_INPUT"),
    ],
)
async def test_what_is_refused(platform: Platform, variables: Any, code: str) -> None:
    async with (
        platform.listening() as hub,
        watching(platform, "monitoring", BRIEF, READER, **variables) as watcher,
    ):
        assert (await watcher.error())["extensions"]["code"] == code
        assert hub.subscribers == 0


@pytest.mark.parametrize("who", [ANONYMOUS, staff("order:read"), service("other", "x")])
async def test_who_may_not_listen(platform: Platform, who: Principal) -> None:
    async with (
        platform.listening() as hub,
        watching(platform, "monitoring", BRIEF, who) as watcher,
    ):
        assert (await watcher.error())["extensions"]["code"] == "FORBIDDEN"
        assert hub.subscribers == 0


async def test_no_byte_of_one_customers_events_reaches_another(
    platform: Platform, db: Database
) -> None:
    """Two customers and two members of staff ask the same, and each gets their own."""
    async with (
        platform.listening(),
        watching(platform, "monitoring", DOCUMENT, customer(ANNA)) as anna,
        watching(platform, "monitoring", DOCUMENT, customer(BORIS)) as boris,
        watching(platform, "monitoring", DOCUMENT, READER) as staff,
        watching(platform, "monitoring", DOCUMENT, ADMIN) as admin,
    ):
        await publish(db, placed(), held(), secret(), placed(OTHER, BORIS), held(OTHER, BORIS))
        counts = {}
        for name, who, count in (
            ("anna", anna, 1),
            ("boris", boris, 1),
            ("staff", staff, 4),
            ("admin", admin, 5),
        ):
            said = json.dumps(await who.data(count))
            assert who.answers.empty()
            counts[name] = (said.count(ANNA), said.count(BORIS), said.count("err_1"))
    assert counts == {"anna": (1, 0, 0), "boris": (0, 1, 0), "staff": (2, 2, 0), "admin": (2, 2, 1)}
