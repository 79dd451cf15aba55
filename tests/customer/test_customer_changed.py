"""customerChanged: customers hear of themselves, staff of everybody, nobody of a stranger."""

import pytest

from models.database import Database
from tests.callers import ADMIN, customer, reader, staff
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, UNKNOWN, add, change
from tests.platform import Platform
from tests.watching import cursors, watching

# What is cut off in the middle of a query takes its connection along.
pytestmark = pytest.mark.commits
DOCUMENT = """subscription ($id: ID, $after: String) { customerChanged(id: $id, after: $after) {
  cursor type customer { id status firstName } } }"""
REASON = """subscription ($id: ID) { customerChanged(id: $id) {
  type customer { id suspensionReason } } }"""


async def test_everybody_hears_of_themselves(platform: Platform, ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN)
    async with (
        platform.listening(),
        watching(platform, "customer", DOCUMENT, customer(ANNA)) as anna,
        watching(platform, "customer", DOCUMENT, customer(BEN)) as ben,
        watching(platform, "customer", DOCUMENT, customer(ANNA), id=BEN) as foreign,
        watching(platform, "customer", DOCUMENT, customer(ANNA), id=UNKNOWN) as unknown,
        watching(platform, "customer", DOCUMENT, reader("customer")) as clerk,
    ):
        await change(ask, "updateCustomer", customerId=ANNA, firstName="Annabel")
        await change(ask, "updateCustomer", customerId=BEN, firstName="Benedikt")
        [hers], [his] = await anna.data(1), await ben.data(1)
        assert (hers["customer"]["id"], hers["customer"]["firstName"]) == (ANNA, "Annabel")
        assert (his["customer"]["id"], his["customer"]["firstName"]) == (BEN, "Benedikt")
        everybody = await clerk.data(2)
        assert [each["customer"]["id"] for each in everybody] == [ANNA, BEN]
        assert cursors(everybody) == [1, 2]
        for silent in (foreign, unknown):
            assert silent.answers.empty()
            assert not silent.ended


async def test_what_is_for_staff_is_not_told_to_the_customer(
    platform: Platform, ask: Ask, db: Database
) -> None:
    await add(db, ANNA)
    async with (
        platform.listening(),
        watching(platform, "customer", REASON, customer(ANNA)) as anna,
        watching(platform, "customer", REASON, ADMIN, id=ANNA) as clerk,
    ):
        await change(ask, "suspendCustomer", customerId=ANNA, reason="Chargebacks.")
        await change(ask, "reactivateCustomer", customerId=ANNA)
        await change(ask, "updateCustomer", customerId=ANNA, firstName="Annabel")
        types = [each["type"] for each in await clerk.data(3)]
        assert types == ["customer.suspended", "customer.reactivated", "customer.updated"]
        told = await anna.next()
        assert told["data"]["customerChanged"]["type"] == "customer.updated"
        assert told["data"]["customerChanged"]["customer"]["suspensionReason"] is None
        assert [error["extensions"]["code"] for error in told["errors"]] == ["FORBIDDEN"]


async def test_no_other_staff(platform: Platform, db: Database) -> None:
    async with (
        platform.listening() as hub,
        watching(platform, "customer", DOCUMENT, staff("order:read")) as seen,
    ):
        assert (await seen.error())["extensions"] == {"code": "FORBIDDEN"}
        assert hub.subscribers == 0
