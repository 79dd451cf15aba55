"""Address books: entries, defaults, limits, whose they are."""

from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from models.customer import address
from models.database import Database
from models.ids import ulid
from tests.callers import ADMIN, customer, writer
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, NOT_FOUND, UNKNOWN, add, change, events, refusal

VIENNA = {"name": "Anna M.", "line1": "Weg 1", "postalCode": "1010", "city": "Wien"}
VIENNA["country"] = "AT"
LINZ = VIENNA | {"city": "Linz", "postalCode": "4020"}
BOOK = """customer { id version addresses {
    id customerId version isDefaultShipping isDefaultBilling
    address { name line1 line2 postalCode city region country phone }
} }"""
NO_ADDRESS = NOT_FOUND | {"field": ["addressId"]}


async def book(ask: Ask, id: str = ANNA) -> list[dict[str, Any]]:
    document = f"query ($id: ID!) {{ answer: customer(id: $id) {{ ...b }} }} {_fragment()}"
    found: list[dict[str, Any]] = (await ask(document, id=id))["answer"]["addresses"]
    return found


def _fragment() -> str:
    return "fragment b on Customer " + BOOK.removeprefix("customer")


async def entry(ask: Ask, id: str = ANNA, **given: Any) -> str:
    """The id of a new entry, the newest of the book."""
    known = {each["id"] for each in await book(ask, id)}
    payload = await change(ask, "upsertAddress", customerId=id, **{"address": VIENNA} | given)
    assert payload["errors"] == []
    [new] = {each["id"] for each in await book(ask, id)} - known
    return str(new)


async def defaults(ask: Ask) -> dict[str, tuple[bool, bool]]:
    return {
        each["id"]: (each["isDefaultShipping"], each["isDefaultBilling"])
        for each in await book(ask)
    }


async def test_a_new_entry(ask: Ask, db: Database) -> None:
    await add(db)
    given = VIENNA | {"line2": " Top 3 ", "region": " ", "phone": "+431"}
    payload = await change(
        ask, "upsertAddress", customer(ANNA), BOOK, customerId=ANNA, address=given
    )
    [made] = payload["customer"].pop("addresses")
    assert made.pop("id").startswith("adr_")
    assert payload == {"customer": {"id": ANNA, "version": 2}, "errors": []}
    assert made == {
        "customerId": ANNA,
        "version": 1,
        "isDefaultShipping": False,
        "isDefaultBilling": False,
        "address": VIENNA | {"line2": "Top 3", "region": None, "phone": "+431"},
    }
    assert await events(db) == [("customer.updated", ANNA, 1, {"fields": ["addresses"]})]


async def test_an_entry_changes_as_far_as_given(ask: Ask, db: Database) -> None:
    await add(db)
    id = await entry(ask, isDefaultBilling=True)
    given = {"customerId": ANNA, "addressId": id}
    payload = await change(
        ask, "upsertAddress", ADMIN, BOOK, **given, address=LINZ, expectedVersion=1
    )
    [changed] = payload["customer"]["addresses"]
    assert (changed["address"]["city"], changed["version"]) == ("Linz", 2)
    assert changed["isDefaultBilling"] is True
    payload = await change(ask, "upsertAddress", ADMIN, BOOK, **given, isDefaultBilling=False)
    [changed] = payload["customer"]["addresses"]
    assert (changed["address"]["city"], changed["version"]) == ("Linz", 3)
    assert changed["isDefaultBilling"] is False
    assert payload["customer"]["version"] == 4


async def test_nothing_new_changes_nothing(ask: Ask, db: Database) -> None:
    await add(db)
    id = await entry(ask, isDefaultShipping=True)
    before, told = await book(ask), await events(db)
    payload = await change(
        ask, "upsertAddress", ADMIN, customerId=ANNA, addressId=id, address=VIENNA,
        isDefaultShipping=True,
    )  # fmt: skip
    assert payload["customer"]["version"] == 2
    assert (await book(ask), await events(db)) == (before, told)


async def test_a_new_default_takes_the_place_of_the_old(ask: Ask, db: Database) -> None:
    await add(db)
    first = await entry(ask, isDefaultShipping=True, isDefaultBilling=True)
    second = await entry(ask, isDefaultShipping=True)
    assert await defaults(ask) == {first: (False, True), second: (True, False)}
    third = await entry(ask)
    await change(
        ask, "upsertAddress", customerId=ANNA, addressId=third,
        isDefaultShipping=True, isDefaultBilling=True,
    )  # fmt: skip
    nothing = (False, False)
    assert await defaults(ask) == {first: nothing, second: nothing, third: (True, True)}
    versions = {each["id"]: each["version"] for each in await book(ask)}
    assert versions == {first: 3, second: 2, third: 2}


async def test_deleting_a_default_moves_none(ask: Ask, db: Database) -> None:
    await add(db)
    first = await entry(ask)
    second = await entry(ask, isDefaultShipping=True, isDefaultBilling=True)
    payload = await change(
        ask, "deleteAddress", customer(ANNA), BOOK, customerId=ANNA, addressId=second
    )
    assert payload["customer"]["version"] == 4
    assert await defaults(ask) == {first: (False, False)}
    assert (await events(db))[-1] == ("customer.updated", ANNA, 3, {"fields": ["addresses"]})
    again = {"customerId": ANNA, "addressId": second}
    assert await refusal(ask, db, "deleteAddress", ADMIN, **again) == NO_ADDRESS


async def test_the_book_has_fifty_entries(ask: Ask, db: Database) -> None:
    await add(db)
    columns = {"name": "A", "line1": "Weg", "postal_code": "1010", "city": "Wien", "country": "AT"}
    flags = {"is_default_shipping": False, "is_default_billing": False}
    ids = [ulid("adr", number, number) for number in range(49)]
    rows = [{"id": id, "customer_id": ANNA, **columns, **flags} for id in ids]
    async with db.unit_of_work() as work:
        await work.execute(insert(address), rows)
    last = await entry(ask)
    full: dict[str, Any] = {"customerId": ANNA, "address": VIENNA, "isDefaultShipping": True}
    assert await refusal(ask, db, "upsertAddress", customer(ANNA), **full) == {
        "__typename": "TooManyAddressesError",
        "code": "TOO_MANY_ADDRESSES",
        "field": ["customerId"],
        "limit": 50,
    }
    changed = await change(ask, "upsertAddress", customerId=ANNA, addressId=last, address=LINZ)
    assert changed["errors"] == []
    await change(ask, "deleteAddress", customerId=ANNA, addressId=ids[0])
    assert (await change(ask, "upsertAddress", **full))["errors"] == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, ["address"]),
        ({"address": VIENNA, "expectedVersion": 1}, ["expectedVersion"]),
        ({"address": VIENNA | {"country": "at"}}, ["address", "country"]),
        ({"address": VIENNA | {"country": "ZZ"}}, ["address", "country"]),
        ({"address": VIENNA | {"city": " "}}, ["address", "city"]),
        ({"address": VIENNA | {"name": "a\nb"}}, ["address", "name"]),
        ({"address": VIENNA | {"line1": "x" * 201}}, ["address", "line1"]),
    ],
)
async def test_what_it_takes(
    ask: Ask, db: Database, given: dict[str, Any], field: list[str]
) -> None:
    await add(db)
    error = await refusal(ask, db, "upsertAddress", customer(ANNA), customerId=ANNA, **given)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", field)


async def test_versions_are_the_addresses(ask: Ask, db: Database) -> None:
    await add(db, version=9)
    id = await entry(ask)
    for mutation in ("upsertAddress", "deleteAddress"):
        given = {"customerId": ANNA, "addressId": id, "expectedVersion": 10}
        error = await refusal(ask, db, mutation, ADMIN, **given)
        assert (error["code"], error["expected"], error["actual"]) == ("STALE_VERSION", 10, 1)


async def test_foreign_is_unknown(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN)
    hers, his = await entry(ask, ANNA), await entry(ask, BEN)
    for mutation in ("upsertAddress", "deleteAddress"):
        for id in (BEN, UNKNOWN):
            error = await refusal(ask, db, mutation, customer(ANNA), customerId=id, addressId=his)
            assert error == NOT_FOUND
        for principal in (customer(ANNA), ADMIN):
            for entry_id in (his, "adr_0"):
                error = await refusal(
                    ask, db, mutation, principal, customerId=ANNA, addressId=entry_id
                )
                assert error == NO_ADDRESS
    for id in (BEN, UNKNOWN):
        error = await refusal(
            ask, db, "upsertAddress", customer(ANNA), customerId=id, address=VIENNA
        )
        assert error == NOT_FOUND
    assert (await change(ask, "deleteAddress", customerId=ANNA, addressId=hers))["errors"] == []


async def test_a_suspended_customer_leaves_the_book_as_it_is(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    id = await entry(ask)
    await change(ask, "suspendCustomer", customerId=ANNA)
    for mutation in ("upsertAddress", "deleteAddress"):
        given = {"customerId": ANNA, "addressId": id}
        error = await refusal(ask, db, mutation, customer(ANNA), **given)
        assert (error["code"], error["status"]) == ("CUSTOMER_NOT_ACTIVE", "SUSPENDED")
    payload = await change(ask, "deleteAddress", writer("customer"), customerId=ANNA, addressId=id)
    assert payload["errors"] == []


async def test_a_key_writes_once(ask: Ask, db: Database) -> None:
    await add(db)
    given = {"customerId": ANNA, "idempotencyKey": "k"}
    once = await change(ask, "upsertAddress", ADMIN, **given, address=VIENNA)
    assert await change(ask, "upsertAddress", ADMIN, **given, address=VIENNA) == once
    assert len(await book(ask)) == 1
    error = await refusal(ask, db, "upsertAddress", ADMIN, **given, address=LINZ)
    assert error["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("column", ["is_default_shipping", "is_default_billing"])
async def test_the_database_knows_one_default(db: Database, column: str) -> None:
    await add(db)
    row: dict[str, Any] = {"customer_id": ANNA, "name": "A", "line1": "Weg", "postal_code": "1"}
    row |= {"city": "W", "country": "AT"}
    row |= {"is_default_shipping": False, "is_default_billing": False}
    async with db.unit_of_work() as work:
        await work.execute(insert(address).values(row | {"id": "adr_1", column: True}))
    with pytest.raises(IntegrityError, match=column.removeprefix("is_")):
        async with db.unit_of_work() as work:
            await work.execute(insert(address).values(row | {"id": "adr_2", column: True}))
