"""Consents: what holds now, and everything that was ever said."""

from typing import Any

import pytest

from models.database import Database
from tests.callers import ADMIN, customer, reader, writer
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, NOT_FOUND, UNKNOWN, add, change, events, refusal

ALL = "customer { version consents { kind granted source history { granted source } } }"


async def say(ask: Ask, kind: str, granted: bool, source: str, id: str = ANNA) -> dict[str, Any]:
    payload = await change(
        ask, "setConsent", ADMIN, ALL, customerId=id, kind=kind, granted=granted, source=source
    )
    assert payload["errors"] == []
    made: dict[str, Any] = payload["customer"]
    return made


async def test_the_last_word_holds_and_all_are_kept(ask: Ask, db: Database) -> None:
    await add(db)
    await say(ask, "MARKETING_EMAIL", True, " checkout ")
    await say(ask, "ANALYTICS", False, "banner")
    found = await say(ask, "MARKETING_EMAIL", False, "account page")
    email = [
        {"granted": False, "source": "account page"},
        {"granted": True, "source": "checkout"},
    ]
    no = {"granted": False, "source": "banner"}
    assert found == {
        "version": 4,
        "consents": [
            {"kind": "ANALYTICS", **no, "history": [no]},
            {"kind": "MARKETING_EMAIL", **email[0], "history": email},
        ],
    }
    told = ("customer.updated", ANNA, {"fields": ["consents"]})
    assert [(type, id, data) for type, id, _, data in await events(db)] == [told] * 3


async def test_the_same_again_changes_nothing(ask: Ask, db: Database) -> None:
    await add(db)
    once = await say(ask, "ANALYTICS", True, "banner")
    assert await say(ask, "ANALYTICS", True, "banner") == once
    assert len(await events(db)) == 1
    # Elsewhere, it is a proof of its own.
    assert (await say(ask, "ANALYTICS", True, "by phone"))["version"] == 3


async def test_a_history_is_cut(ask: Ask, db: Database) -> None:
    await add(db)
    for number in range(3):
        await say(ask, "ANALYTICS", True, f"place {number}")
    document = """query ($id: ID!, $n: Int!) {
        customer(id: $id) { consents { history(first: $n) { source at } } }
    }"""
    [consent] = (await ask(document, id=ANNA, n=2))["customer"]["consents"]
    assert [each["source"] for each in consent["history"]] == ["place 2", "place 1"]
    for n in (0, 101):
        [error] = await ask(document, errors=True, id=ANNA, n=n)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}


async def test_as_many_statements_for_many(ask: Ask, db: Database, statements: list[str]) -> None:
    document = "{ customers { edges { node { consents { kind history { at } } } } } }"
    counts, edges = [], []
    for id in (ANNA, BEN):
        await add(db, id)
        await say(ask, "ANALYTICS", True, "banner", id)
        await say(ask, "MARKETING_SMS", True, "banner", id)
        statements.clear()
        edges = (await ask(document, reader("customer")))["customers"]["edges"]
        counts.append(len([sql for sql in statements if sql.startswith("SELECT")]))
    assert len(edges) == 2
    assert counts == [3, 3]


@pytest.mark.parametrize("source", ["", " ", "x" * 101, "a\nb"])
async def test_what_it_takes(ask: Ask, db: Database, source: str) -> None:
    await add(db)
    given = {"customerId": ANNA, "kind": "ANALYTICS", "granted": True, "source": source}
    error = await refusal(ask, db, "setConsent", customer(ANNA), **given)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["source"])


async def test_whose_it_is_and_when(ask: Ask, db: Database) -> None:
    await add(db, ANNA, "SUSPENDED", version=3)
    await add(db, BEN)
    said: dict[str, Any] = {"kind": "ANALYTICS", "granted": False, "source": "banner"}
    for id in (BEN, UNKNOWN):
        error = await refusal(ask, db, "setConsent", customer(ANNA), customerId=id, **said)
        assert error == NOT_FOUND
    error = await refusal(ask, db, "setConsent", customer(ANNA), customerId=ANNA, **said)
    assert (error["code"], error["status"]) == ("CUSTOMER_NOT_ACTIVE", "SUSPENDED")
    stale = await refusal(ask, db, "setConsent", ADMIN, customerId=ANNA, expectedVersion=2, **said)
    assert (stale["code"], stale["actual"]) == ("STALE_VERSION", 3)
    payload = await change(
        ask, "setConsent", writer("customer"), customerId=ANNA, expectedVersion=3, **said
    )
    assert payload == {"customer": {"id": ANNA, "version": 4}, "errors": []}


async def test_a_key_says_it_once(ask: Ask, db: Database) -> None:
    await add(db)
    said: dict[str, Any] = {"customerId": ANNA, "kind": "ANALYTICS", "source": "banner"}
    said["idempotencyKey"] = "k"
    once = await change(ask, "setConsent", ADMIN, **said, granted=True)
    await say(ask, "ANALYTICS", False, "banner")
    repeated = await change(ask, "setConsent", ADMIN, **said, granted=True)
    assert (once["customer"]["id"], repeated["customer"]["version"]) == (ANNA, 3)
    error = await refusal(ask, db, "setConsent", ADMIN, **said, granted=False)
    assert error["code"] == "IDEMPOTENCY_KEY_REUSED"
