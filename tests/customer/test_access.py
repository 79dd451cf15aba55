"""The access table: every mutation by every kind of caller (createCustomer has its own file)."""

from typing import Any

import pytest

from models.database import Database
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, customer, reader, service, staff, writer
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, FORBIDDEN, NOT_FOUND, add, change, refusal

ADDRESS = {"name": "A", "line1": "Weg 1", "postalCode": "1010", "city": "Wien", "country": "AT"}
INPUTS: dict[str, dict[str, Any]] = {
    "updateCustomer": {"firstName": "Ann"},
    "upsertAddress": {"address": ADDRESS},
    "deleteAddress": {"addressId": "adr_0"},
    "setConsent": {"kind": "ANALYTICS", "granted": True, "source": "banner"},
    "activateCustomer": {},
    "suspendCustomer": {},
    "reactivateCustomer": {},
}
OWN = ("updateCustomer", "upsertAddress", "deleteAddress", "setConsent")
APPROVED = ("suspendCustomer", "reactivateCustomer")
FROM = {"activateCustomer": "GUEST", "reactivateCustomer": "SUSPENDED"}
WHOLE_STAFF = staff("customer:read", "customer:write", "customer:approve")


def behalf(mutation: str, id: str = ANNA) -> Principal:
    return service("backoffice", mutation, on_behalf_of=id)


def allowed() -> list[tuple[str, Principal]]:
    return [
        *((mutation, ADMIN) for mutation in INPUTS),
        *((mutation, behalf(mutation)) for mutation in INPUTS),
        *((mutation, behalf(mutation, "usr_STAFF")) for mutation in INPUTS),
        *((mutation, customer(ANNA)) for mutation in OWN),
        *((mutation, writer("customer")) for mutation in OWN),
        *((mutation, approver("customer")) for mutation in APPROVED),
    ]


def forbidden() -> list[tuple[str, Principal]]:
    never = [ANONYMOUS, staff(), reader("customer"), writer("order"), approver("order")]
    return [
        *((mutation, principal) for mutation in INPUTS for principal in never),
        *((mutation, service("backoffice", "customer")) for mutation in INPUTS),
        *((mutation, approver("customer")) for mutation in OWN),
        *((mutation, writer("customer")) for mutation in APPROVED),
        *((mutation, customer(ANNA)) for mutation in (*APPROVED, "activateCustomer")),
        ("activateCustomer", WHOLE_STAFF),
    ]


def foreign() -> list[tuple[str, Principal]]:
    return [
        *((mutation, customer(BEN)) for mutation in OWN),
        *((mutation, behalf(mutation, BEN)) for mutation in INPUTS),
    ]


@pytest.mark.parametrize(("mutation", "principal"), allowed())
async def test_who_may(ask: Ask, db: Database, mutation: str, principal: Principal) -> None:
    await add(db, ANNA, FROM.get(mutation, "ACTIVE"))
    given = INPUTS[mutation] | {"customerId": ANNA}
    if mutation == "deleteAddress":
        book = "customer { addresses { id } }"
        payload = await change(ask, "upsertAddress", ADMIN, book, customerId=ANNA, address=ADDRESS)
        [entry] = payload["customer"]["addresses"]
        given["addressId"] = entry["id"]
    payload = await change(ask, mutation, principal, **given)
    assert payload["errors"] == []
    assert payload["customer"]["id"] == ANNA


@pytest.mark.parametrize(("mutation", "principal"), forbidden())
async def test_who_may_not(ask: Ask, db: Database, mutation: str, principal: Principal) -> None:
    await add(db, ANNA, FROM.get(mutation, "ACTIVE"))
    given = INPUTS[mutation] | {"customerId": ANNA}
    assert await refusal(ask, db, mutation, principal, **given) == FORBIDDEN


@pytest.mark.parametrize(("mutation", "principal"), foreign())
async def test_for_whom_it_is_not_there(
    ask: Ask, db: Database, mutation: str, principal: Principal
) -> None:
    await add(db, ANNA, FROM.get(mutation, "ACTIVE"))
    await add(db, BEN)
    given = INPUTS[mutation] | {"customerId": ANNA}
    assert await refusal(ask, db, mutation, principal, **given) == NOT_FOUND
