"""At once, on real connections: one account per email, one default, one effect per key."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from models.database import Database
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, CARA, DORA, add, change, events

pytestmark = pytest.mark.commits
EMAIL = "same@example.com"
ADDRESS = {"name": "A", "line1": "Weg 1", "postalCode": "1010", "city": "Wien", "country": "AT"}


def outcomes(payloads: list[Any]) -> Counter[str]:
    codes = [[error["code"] for error in payload["errors"]] for payload in payloads]
    return Counter(code[0] if code else "DONE" for code in codes)


async def accounts(ask: Ask) -> list[str]:
    document = """query ($s: String) {
        customers(search: $s, where: { status: { in: [ACTIVE, SUSPENDED] } }) {
            edges { node { id } }
        }
    }"""
    edges = (await ask(document, s=EMAIL))["customers"]["edges"]
    return [edge["node"]["id"] for edge in edges]


async def test_one_account_is_made(ask: Ask, db: Database) -> None:
    made = [change(ask, "createCustomer", email=EMAIL) for _ in range(5)]
    assert outcomes(await asyncio.gather(*made)) == {"DONE": 1, "EMAIL_TAKEN": 4}
    assert len(await accounts(ask)) == 1
    assert len(await events(db)) == 1


async def test_one_guest_is_activated(ask: Ask, db: Database) -> None:
    guests = (ANNA, BEN, CARA, DORA)
    for id in guests:
        await add(db, id, "GUEST", email=EMAIL)
    made = [change(ask, "activateCustomer", customerId=id) for id in guests]
    assert outcomes(await asyncio.gather(*made)) == {"DONE": 1, "EMAIL_TAKEN": 3}
    assert len(await accounts(ask)) == 1


async def test_every_way_to_an_email_at_once(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN, "GUEST", email=EMAIL)
    made = [
        change(ask, "updateCustomer", customerId=ANNA, email=EMAIL),
        change(ask, "activateCustomer", customerId=BEN),
        change(ask, "createCustomer", email=EMAIL),
    ]
    assert outcomes(await asyncio.gather(*made)) == {"DONE": 1, "EMAIL_TAKEN": 2}
    assert len(await accounts(ask)) == 1


async def test_emails_swapped_at_once_are_refused_not_deadlocked(ask: Ask, db: Database) -> None:
    await add(db, ANNA, email="a@example.com")
    await add(db, BEN, email="b@example.com")
    made = [
        change(ask, "updateCustomer", customerId=ANNA, email="b@example.com"),
        change(ask, "updateCustomer", customerId=BEN, email="a@example.com"),
    ]
    assert outcomes(await asyncio.gather(*made))["EMAIL_TAKEN"] >= 1


async def test_defaults_are_switched_one_after_the_other(ask: Ask, db: Database) -> None:
    await add(db)
    given: dict[str, Any] = {"customerId": ANNA, "address": ADDRESS, "isDefaultShipping": True}
    made = [change(ask, "upsertAddress", **given, isDefaultBilling=True) for _ in range(6)]
    assert outcomes(await asyncio.gather(*made)) == {"DONE": 6}
    document = """query ($id: ID!) { customer(id: $id) {
        version addresses { isDefaultShipping isDefaultBilling }
    } }"""
    found = (await ask(document, id=ANNA))["customer"]
    assert found["version"] == 7
    assert len(found["addresses"]) == 6
    assert sum(each["isDefaultShipping"] for each in found["addresses"]) == 1
    assert sum(each["isDefaultBilling"] for each in found["addresses"]) == 1
    assert [sequence for _, _, sequence, _ in await events(db)] == [1, 2, 3, 4, 5, 6]


async def test_one_of_two_with_the_same_version(ask: Ask, db: Database) -> None:
    await add(db)
    given: dict[str, Any] = {"customerId": ANNA, "expectedVersion": 1}
    made = [change(ask, "updateCustomer", **given, firstName=name) for name in ("Ann", "Anne")]
    assert outcomes(await asyncio.gather(*made)) == {"DONE": 1, "STALE_VERSION": 1}
    assert len(await events(db)) == 1


async def test_a_key_at_once_makes_one(ask: Ask, db: Database) -> None:
    given: dict[str, Any] = {"email": EMAIL, "guest": True, "idempotencyKey": "k"}
    once, twin = await asyncio.gather(*(change(ask, "createCustomer", **given) for _ in range(2)))
    assert once == twin
    assert once["errors"] == []
    assert len(await events(db)) == 1
