"""Activation and suspension; and every state against every mutation that walks."""

import pytest

from models.customer import CustomerStatus as S
from models.database import Database
from subgraphs.customer.states import CUSTOMER
from tests.callers import ADMIN, approver, service
from tests.conftest import Ask
from tests.customer.people import ANNA, BEN, NOT_FOUND, UNKNOWN, add, change, events, refusal

WALKS = {
    "activateCustomer": (S.ACTIVE, "customer.updated", {"fields": ["status"]}),
    "suspendCustomer": (S.SUSPENDED, "customer.suspended", {}),
    "reactivateCustomer": (S.ACTIVE, "customer.reactivated", {}),
}
LEAVING = {"mergeCustomers", "anonymizeCustomer", "customer.erasure_answered"}
"""With tests of their own: test_erasure.py, test_merge.py."""
STATUS = "customer { status version }"


def test_every_edge_is_walked() -> None:
    assert {by for _, _, by in CUSTOMER.walks()} == WALKS.keys() | LEAVING


@pytest.mark.parametrize("mutation", WALKS)
@pytest.mark.parametrize("state", S)
async def test_only_listed_edges_are_walked(
    ask: Ask, db: Database, state: S, mutation: str
) -> None:
    await add(db, BEN)
    await add(db, ANNA, state.name, merged_into_id=BEN if state is S.MERGED else None)
    to, event, data = WALKS[mutation]
    if mutation in CUSTOMER.edges.get(state, {}).get(to, ()):
        payload = await change(ask, mutation, ADMIN, STATUS, customerId=ANNA)
        assert payload == {"customer": {"status": to.name, "version": 2}, "errors": []}
        assert await events(db) == [(event, ANNA, 1, data)]
        return
    assert await refusal(ask, db, mutation, ADMIN, customerId=ANNA) == {
        "__typename": "InvalidTransitionError",
        "code": "INVALID_TRANSITION",
        "field": [],
        "from": state.name,
        "to": to.name,
        "allowed": [following.name for following in CUSTOMER.allowed(state)],
    }


async def test_a_reason_lasts_as_long_as_the_suspension(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    reason = "customer { status suspensionReason }"
    suspended = await change(
        ask, "suspendCustomer", approver("customer"), reason, customerId=ANNA, reason=" Fraud. "
    )
    assert suspended["customer"] == {"status": "SUSPENDED", "suspensionReason": "Fraud."}
    active = await change(ask, "reactivateCustomer", approver("customer"), reason, customerId=ANNA)
    assert active["customer"] == {"status": "ACTIVE", "suspensionReason": None}
    assert await events(db) == [
        ("customer.suspended", ANNA, 1, {}),
        ("customer.reactivated", ANNA, 2, {}),
    ]


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001, "a\0b"])
async def test_a_reason_has_an_end(ask: Ask, db: Database, reason: str) -> None:
    await add(db, ANNA)
    error = await refusal(ask, db, "suspendCustomer", ADMIN, customerId=ANNA, reason=reason)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["reason"])


@pytest.mark.parametrize("holder", ["ACTIVE", "SUSPENDED", "ERASURE_PENDING"])
async def test_a_guest_whose_email_an_account_has(ask: Ask, db: Database, holder: str) -> None:
    await add(db, ANNA, "GUEST", email="same@example.com")
    await add(db, BEN, holder, email="same@example.com")
    error = await refusal(ask, db, "activateCustomer", ADMIN, customerId=ANNA)
    assert error == {"__typename": "EmailTakenError", "code": "EMAIL_TAKEN", "field": ["email"]}


async def test_a_sign_up_acts_for_its_guest_only(ask: Ask, db: Database) -> None:
    await add(db, ANNA, "GUEST")
    await add(db, BEN, "GUEST")
    backoffice = service("backoffice", "activateCustomer", on_behalf_of=ANNA)
    for id in (BEN, UNKNOWN):
        assert await refusal(ask, db, "activateCustomer", backoffice, customerId=id) == NOT_FOUND
    payload = await change(ask, "activateCustomer", backoffice, customerId=ANNA)
    assert payload["errors"] == []


@pytest.mark.parametrize("mutation", WALKS)
async def test_versions_and_unknown_ids(ask: Ask, db: Database, mutation: str) -> None:
    await add(db, ANNA, "GUEST", version=3)
    stale = await refusal(ask, db, mutation, ADMIN, customerId=ANNA, expectedVersion=2)
    assert (stale["code"], stale["expected"], stale["actual"]) == ("STALE_VERSION", 2, 3)
    assert await refusal(ask, db, mutation, ADMIN, customerId=UNKNOWN) == NOT_FOUND


async def test_a_key_walks_once(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    given = {"customerId": ANNA, "idempotencyKey": "k"}
    once = await change(ask, "suspendCustomer", ADMIN, **given)
    assert await change(ask, "suspendCustomer", ADMIN, **given) == once
    assert len(await events(db)) == 1
    error = await refusal(ask, db, "suspendCustomer", ADMIN, **given, reason="Other.")
    assert error["code"] == "IDEMPOTENCY_KEY_REUSED"
