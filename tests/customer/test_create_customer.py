"""createCustomer: accounts and guests, one account per email."""

from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, customer, reader, service, staff, writer
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, FORBIDDEN, add, change, events, refusal

EMAIL = "anna@example.com"
TAKEN = {"__typename": "EmailTakenError", "code": "EMAIL_TAKEN", "field": ["email"]}
ALL = "customer { id status email firstName lastName phone locale version displayName }"


async def test_an_account(ask: Ask, db: Database) -> None:
    payload = await change(
        ask, "createCustomer", writer("customer"), ALL, email=" Anna@Example.COM ",
        firstName=" Anna ", lastName="Müller", phone="+43 1 234", locale="de_at",
    )  # fmt: skip
    id = payload["customer"].pop("id")
    assert payload == {
        "customer": {
            "status": "ACTIVE",
            "email": EMAIL,
            "firstName": "Anna",
            "lastName": "Müller",
            "phone": "+431234",
            "locale": "de-AT",
            "version": 1,
            "displayName": "Anna Müller",
        },
        "errors": [],
    }
    assert await events(db) == [("customer.created", id, 1, {})]


async def test_only_the_email_is_needed(ask: Ask) -> None:
    payload = await change(ask, "createCustomer", ADMIN, ALL, email=EMAIL)
    assert payload["customer"].pop("id").startswith("cus_")
    assert payload["customer"] == {
        "status": "ACTIVE",
        "email": EMAIL,
        "firstName": None,
        "lastName": None,
        "phone": None,
        "locale": None,
        "version": 1,
        "displayName": None,
    }


async def test_guests_share_an_email_with_each_other_and_an_account(ask: Ask) -> None:
    for guest in (True, False, True):
        payload = await change(ask, "createCustomer", ADMIN, ALL, email=EMAIL, guest=guest)
        assert payload["errors"] == []
        assert payload["customer"]["status"] == ("GUEST" if guest else "ACTIVE")


@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "ERASURE_PENDING"])
async def test_an_account_keeps_its_email_to_itself(ask: Ask, db: Database, status: str) -> None:
    await add(db, ANNA, status, email=EMAIL)
    assert await refusal(ask, db, "createCustomer", ADMIN, email="ANNA@example.com") == TAKEN


async def test_a_merged_record_gives_its_email_up(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN, "MERGED", merged_into_id=ANNA, email=EMAIL)
    payload = await change(ask, "createCustomer", email=EMAIL)
    assert payload["errors"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "anna"),
        ("email", f"{'a' * 250}@example.com"),
        ("firstName", " "),
        ("firstName", "x" * 101),
        ("lastName", "Mül\nler"),
        ("lastName", "Mül\u2028ler"),
        ("lastName", "Mül\0ler"),
        ("phone", "call me"),
        ("locale", "german"),
    ],
)
async def test_what_it_takes(ask: Ask, db: Database, field: str, value: str) -> None:
    given: dict[str, Any] = {"email": EMAIL, field: value}
    error = await refusal(ask, db, "createCustomer", ADMIN, **given)
    assert error == {
        "__typename": "InvalidInputError",
        "code": "INVALID_INPUT",
        "field": [field],
    }


@pytest.mark.parametrize(
    "principal",
    [
        ANONYMOUS,
        customer(ANNA),
        staff(),
        reader("customer"),
        approver("customer"),
        writer("order"),
        service("backoffice", "activateCustomer"),
        # Who acts for one customer makes no other.
        service("backoffice", "createCustomer", on_behalf_of=ANNA),
    ],
)
async def test_who_may_not(ask: Ask, db: Database, principal: Principal) -> None:
    assert await refusal(ask, db, "createCustomer", principal, email=EMAIL) == FORBIDDEN


async def test_a_service_with_the_command_may(ask: Ask, db: Database) -> None:
    backoffice = service("backoffice", "createCustomer", on_behalf_of="usr_STAFF")
    payload = await change(ask, "createCustomer", backoffice, email=EMAIL)
    assert payload["errors"] == []
    assert [event[0] for event in await events(db)] == ["customer.created"]


async def test_a_key_makes_one_customer(ask: Ask, db: Database) -> None:
    once = await change(ask, "createCustomer", email=EMAIL, idempotencyKey="k")
    again = await change(ask, "createCustomer", email=EMAIL, idempotencyKey="k")
    assert again == once
    other = {"email": "ben@example.com", "idempotencyKey": "k"}
    error = await refusal(ask, db, "createCustomer", ADMIN, **other)
    assert error["code"] == "IDEMPOTENCY_KEY_REUSED"
    # The refusal is remembered as well.
    taken = {"email": EMAIL, "idempotencyKey": "l"}
    assert await refusal(ask, db, "createCustomer", ADMIN, **taken) == TAKEN
    assert await refusal(ask, db, "createCustomer", ADMIN, **taken) == TAKEN
