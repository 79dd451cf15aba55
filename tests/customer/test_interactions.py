"""What customers and the shop said to one another; the note is staff's."""

from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, customer, reader, service, staff, writer
from tests.conftest import Ask
from tests.customer.people import (
    ANNA,
    BEN,
    FORBIDDEN,
    NOT_FOUND,
    UNKNOWN,
    add,
    change,
    events,
    refusal,
)

ALL = "customerInteraction { customerId channel direction subject note actor at version }"
CALL: dict[str, Any] = {"channel": "PHONE", "direction": "INBOUND", "subject": "Where is it?"}
LIST = """query ($id: ID!, $where: CustomerInteractionWhere, $first: Int! = 20, $after: String) {
    customerInteractions(customerId: $id, where: $where, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { subject } }
    }
}"""


async def subjects(ask: Ask, principal: Principal = ADMIN, **variables: Any) -> list[str]:
    found = await ask(LIST, principal, id=ANNA, **variables)
    return [edge["node"]["subject"] for edge in found["customerInteractions"]["edges"]]


async def test_it_is_written_down(ask: Ask, db: Database) -> None:
    await add(db)
    payload = await change(
        ask, "recordInteraction", writer("customer"), ALL, customerId=ANNA, **CALL,
        note=" Angry.\nCall back. ", at="2026-01-02T03:04:05+01:00",
    )  # fmt: skip
    made = CALL | {"customerId": ANNA, "note": "Angry.\nCall back.", "actor": "usr_STAFF"}
    assert payload == {
        "customerInteraction": made | {"at": "2026-01-02T02:04:05Z", "version": 1},
        "errors": [],
    }
    assert await events(db) == []
    assert await subjects(ask, customer(ANNA)) == ["Where is it?"]


async def test_the_note_is_for_staff(ask: Ask, db: Database) -> None:
    await add(db)
    await change(ask, "recordInteraction", ADMIN, ALL, customerId=ANNA, **CALL, note="Angry.")
    document = """query ($id: ID!) {
        customerInteractions(customerId: $id) { edges { node { subject note } } }
    }"""
    node = {"subject": "Where is it?", "note": "Angry."}
    found = await ask(document, reader("customer"), id=ANNA)
    assert found == {"customerInteractions": {"edges": [{"node": node}]}}
    [error] = await ask(document, customer(ANNA), errors=True, id=ANNA)
    assert error["extensions"] == {"code": "FORBIDDEN"}
    assert error["path"] == ["customerInteractions", "edges", 0, "node", "note"]


async def test_newest_first_page_by_page(ask: Ask, db: Database) -> None:
    await add(db)
    for subject, day in (("b", 2), ("d", 3), ("a", 1), ("c", 2)):
        await change(
            ask, "recordInteraction", ADMIN, ALL, customerId=ANNA, **CALL | {"subject": subject},
            at=f"2026-01-0{day}T00:00:00Z",
        )  # fmt: skip
    page = (await ask(LIST, customer(ANNA), id=ANNA, first=3))["customerInteractions"]
    assert page["totalCount"] == 4
    assert page["pageInfo"]["hasNextPage"] is True
    first = [edge["node"]["subject"] for edge in page["edges"]]
    assert (first[0], sorted(first)) == ("d", ["b", "c", "d"])
    assert await subjects(ask, after=page["pageInfo"]["endCursor"]) == ["a"]
    for first_ in (0, 101):
        [error] = await ask(LIST, errors=True, id=ANNA, first=first_)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}


async def test_where(ask: Ask, db: Database) -> None:
    await add(db)
    for channel, direction, day in (
        ("PHONE", "INBOUND", 1),
        ("EMAIL", "INBOUND", 2),
        ("EMAIL", "OUTBOUND", 3),
    ):
        await change(
            ask, "recordInteraction", ADMIN, ALL, customerId=ANNA, channel=channel,
            direction=direction, subject=str(day), at=f"2026-01-0{day}T00:00:00Z",
        )  # fmt: skip
    from_second = {"range": {"gte": "2026-01-02T00:00:00Z"}}
    before_third = {"range": {"lt": "2026-01-03T00:00:00Z"}}
    for where, found in (
        ({"channel": {"eq": "EMAIL"}}, ["3", "2"]),
        ({"channel": {"in": ["PHONE", "CHAT"]}}, ["1"]),
        ({"direction": {"eq": "INBOUND"}, "at": from_second}, ["2"]),
        ({"or": [{"channel": {"eq": "PHONE"}}, {"direction": {"eq": "OUTBOUND"}}]}, ["3", "1"]),
        ({"and": [{"at": from_second}, {"at": before_third}]}, ["2"]),
    ):
        assert await subjects(ask, where=where) == found, where


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"note": " "}, "note"),
        ({"note": "x" * 5001}, "note"),
        ({"note": "\0"}, "note"),
        ({"at": "2999-01-01T00:00:00Z"}, "at"),
    ],
)
async def test_what_it_takes(ask: Ask, db: Database, given: dict[str, str], field: str) -> None:
    await add(db)
    error = await refusal(ask, db, "recordInteraction", ADMIN, customerId=ANNA, **CALL | given)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", [field])


async def test_about_whom(ask: Ask, db: Database) -> None:
    await add(db, ANNA, "MERGED", merged_into_id=(await add(db, BEN, "SUSPENDED")).id)
    error = await refusal(ask, db, "recordInteraction", ADMIN, customerId=ANNA, **CALL)
    assert (error["code"], error["status"]) == ("CUSTOMER_NOT_ACTIVE", "MERGED")
    unknown = await refusal(ask, db, "recordInteraction", ADMIN, customerId=UNKNOWN, **CALL)
    assert unknown == NOT_FOUND
    payload = await change(ask, "recordInteraction", ADMIN, ALL, customerId=BEN, **CALL)
    assert payload["errors"] == []


@pytest.mark.parametrize(
    "principal",
    [ANONYMOUS, customer(ANNA), staff(), reader("customer"), approver("customer"),
     service("order", "customerInteractions")],
)  # fmt: skip
async def test_who_may_not_write(ask: Ask, db: Database, principal: Principal) -> None:
    await add(db)
    error = await refusal(ask, db, "recordInteraction", principal, customerId=ANNA, **CALL)
    assert error == FORBIDDEN


@pytest.mark.parametrize(
    "principal", [ANONYMOUS, staff(), staff("customer:write"), service("order", "me")]
)
async def test_who_may_not_read(ask: Ask, db: Database, principal: Principal) -> None:
    await add(db)
    [error] = await ask(LIST, principal, errors=True, id=ANNA)
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_key_writes_once(ask: Ask, db: Database) -> None:
    await add(db)
    id = "customerInteraction { id version }"
    given = CALL | {"customerId": ANNA, "idempotencyKey": "k"}
    once = await change(ask, "recordInteraction", ADMIN, id, **given)
    assert await change(ask, "recordInteraction", ADMIN, id, **given) == once
    assert await subjects(ask) == ["Where is it?"]
    error = await refusal(ask, db, "recordInteraction", ADMIN, **given | {"subject": "Other."})
    assert error["code"] == "IDEMPOTENCY_KEY_REUSED"
