"""updateCustomer: null and omitted, versions, emails, and whose record it is."""

from typing import Any

import pytest

from models.database import Database
from tests.callers import ADMIN, customer, service, writer
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, NOT_FOUND, UNKNOWN, add, change, events, refusal

ALL = "customer { version email firstName lastName phone locale }"
BEFORE = {
    "email": f"{ANNA.lower()}@example.com",
    "firstName": "Anna",
    "lastName": "Müller",
    "phone": "+431234",
    "locale": "de",
}


async def _anna(db: Database, status: str = "ACTIVE") -> None:
    await add(db, ANNA, status, phone="+431234", locale="de")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"firstName": "Annabel"}, ["firstName"]),
        ({"firstName": None, "lastName": None}, ["firstName", "lastName"]),
        ({"phone": None, "locale": "en-GB"}, ["phone", "locale"]),
        ({"email": "new@example.com"}, ["email"]),
        ({"firstName": "Anna", "phone": "+43999"}, ["phone"]),
    ],
)
async def test_what_is_given_changes(
    ask: Ask, db: Database, given: dict[str, Any], fields: list[str]
) -> None:
    await _anna(db)
    payload = await change(ask, "updateCustomer", customer(ANNA), ALL, customerId=ANNA, **given)
    assert payload == {"customer": BEFORE | given | {"version": 2}, "errors": []}
    assert await events(db) == [("customer.updated", ANNA, 1, {"fields": fields})]


@pytest.mark.parametrize(
    "given", [{}, {"firstName": " Anna "}, {"email": f"  {ANNA}@EXAMPLE.com"}, {"locale": "DE"}]
)
async def test_nothing_new_changes_nothing(ask: Ask, db: Database, given: dict[str, Any]) -> None:
    await _anna(db)
    payload = await change(ask, "updateCustomer", ADMIN, ALL, customerId=ANNA, **given)
    assert payload == {"customer": BEFORE | {"version": 1}, "errors": []}
    assert await events(db) == []


async def test_who_changed_is_found_by_the_new_name_only(ask: Ask, db: Database) -> None:
    await _anna(db)
    given: dict[str, Any] = {"lastName": "Zobel", "email": "zz@new.example"}
    await change(ask, "updateCustomer", customerId=ANNA, **given)
    document = "query ($s: String) { customers(search: $s) { edges { node { id } } } }"
    for search, found in (("zobel", True), ("zz@new", True), ("müller", False), (ANNA, False)):
        edges = (await ask(document, s=search))["customers"]["edges"]
        assert bool(edges) is found, search


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "anna"}, "email"),
        ({"firstName": ""}, "firstName"),
        ({"lastName": "x" * 101}, "lastName"),
        ({"phone": "12"}, "phone"),
        ({"locale": "?"}, "locale"),
    ],
)
async def test_what_it_takes(ask: Ask, db: Database, given: dict[str, Any], field: str) -> None:
    await _anna(db)
    error = await refusal(ask, db, "updateCustomer", customer(ANNA), customerId=ANNA, **given)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", [field])


async def test_an_email_that_another_account_has(ask: Ask, db: Database) -> None:
    await _anna(db)
    await add(db, BEN, email="ben@example.com")
    error = await refusal(
        ask, db, "updateCustomer", customer(ANNA), customerId=ANNA, email="Ben@example.com"
    )
    assert error == {"__typename": "EmailTakenError", "code": "EMAIL_TAKEN", "field": ["email"]}


async def test_a_guest_may_have_an_accounts_email(ask: Ask, db: Database) -> None:
    await _anna(db, "GUEST")
    await add(db, BEN, email="ben@example.com")
    payload = await change(ask, "updateCustomer", customerId=ANNA, email="ben@example.com")
    assert payload["errors"] == []
    # And an account may take the email of a guest.
    payload = await change(ask, "updateCustomer", customerId=BEN, email=BEFORE["email"])
    assert payload["errors"] == []


async def test_a_version_that_somebody_else_has_changed(ask: Ask, db: Database) -> None:
    await _anna(db)
    given: dict[str, Any] = {"customerId": ANNA, "expectedVersion": 1}
    await change(ask, "updateCustomer", ADMIN, **given, firstName="Annabel")
    error = await refusal(ask, db, "updateCustomer", customer(ANNA), **given, firstName="Ann")
    assert error == {
        "__typename": "StaleVersionError",
        "code": "STALE_VERSION",
        "field": ["expectedVersion"],
        "expected": 1,
        "actual": 2,
    }


async def test_a_foreign_record_is_an_unknown_one(ask: Ask, db: Database) -> None:
    await add(db, BEN, "SUSPENDED", version=7)
    for principal in (customer(ANNA), service("x", "updateCustomer", on_behalf_of=ANNA)):
        for id in (BEN, UNKNOWN):
            given = {"customerId": id, "firstName": "Eve", "expectedVersion": 3}
            assert await refusal(ask, db, "updateCustomer", principal, **given) == NOT_FOUND


@pytest.mark.parametrize("status", ["SUSPENDED", "MERGED", "ERASURE_PENDING", "ANONYMIZED"])
async def test_in_which_states(ask: Ask, db: Database, status: str) -> None:
    await add(db, BEN)
    await add(db, ANNA, status, merged_into_id=BEN if status == "MERGED" else None)
    given = {"customerId": ANNA, "firstName": "Eve"}
    not_active = {
        "__typename": "CustomerNotActiveError",
        "code": "CUSTOMER_NOT_ACTIVE",
        "field": ["customerId"],
        "status": status,
    }
    assert await refusal(ask, db, "updateCustomer", customer(ANNA), **given) == not_active
    if status == "SUSPENDED":
        payload = await change(ask, "updateCustomer", writer("customer"), **given)
        assert payload == {"customer": {"id": ANNA, "version": 2}, "errors": []}
    else:
        assert await refusal(ask, db, "updateCustomer", ADMIN, **given) == not_active


async def test_a_key_changes_once(ask: Ask, db: Database) -> None:
    await _anna(db)
    given = {"customerId": ANNA, "idempotencyKey": "k"}
    once = await change(ask, "updateCustomer", ADMIN, **given, phone=None)
    assert await change(ask, "updateCustomer", ADMIN, **given, phone=None) == once
    # Left out is another input than null.
    error = await refusal(ask, db, "updateCustomer", ADMIN, **given)
    assert error["code"] == "IDEMPOTENCY_KEY_REUSED"
