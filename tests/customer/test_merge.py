"""Two records of one person become one, in every agent, whatever comes in which order."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text

from models.customer import address, customer, interaction
from models.database import Database
from models.inventory import reservation
from models.migrations.run import AGENTS
from models.order import order_line, orders
from models.personal import holdings
from subgraphs.kit import ID
from tests.callers import ADMIN, approver, writer
from tests.conftest import Ask
from tests.customer import canaries
from tests.customer.courier import Courier
from tests.customer.people import ANNA, BEN, CARA, FORBIDDEN, UNKNOWN, add, change, events, refusal
from tests.order.shop import Shop
from tests.platform import Platform

MERGED = """query ($id: ID!) { customer(id: $id) { status mergedInto { id } } }"""


@pytest.fixture
async def shop(databases: dict[str, Database]) -> Shop:
    return await Shop(databases).open()


@pytest.fixture
def courier(platform: Platform) -> Courier:
    return Courier(platform)


async def _merge(
    ask: Ask, id: ID, into: ID, key: str = "m", select: str = "customer { id }"
) -> Any:
    given = {"customerId": id, "intoCustomerId": into, "idempotencyKey": key}
    return await change(ask, "mergeCustomers", ADMIN, select, **given)


async def _owned(platform: Platform, id: ID) -> dict[str, int]:
    """How many rows are this customer's, by table; only what moves."""
    found = {}
    for agent in AGENTS:
        for each in holdings(agent):
            if each.moves:
                rows = await platform.databases[agent].rows(
                    select(each.owner).where(each.owner == id)
                )
                found[f"{agent}.{each.table.name}"] = len(rows)
    return {name: count for name, count in found.items() if count}


async def test_everything_becomes_the_others(
    ask: Ask, db: Database, shop: Shop, platform: Platform, courier: Courier
) -> None:
    anna = await canaries.full(platform)
    ben = await canaries.full(platform, "canary.ben@example.com")
    await courier.deliver()
    hers, his = await _owned(platform, anna), await _owned(platform, ben)
    assert set(hers) == {
        "customer.address", "customer.interaction", "inventory.reservation",
        "monitoring.timeline", "order.order_discount", "order.order_hold", "order.order_line",
        "order.order_note", "order.orders",
    }  # fmt: skip
    payload = await _merge(ask, anna, ben)
    assert payload == {"customer": {"id": ben}, "errors": []}
    assert await ask(MERGED, ADMIN, id=anna) == {
        "customer": {"status": "MERGED", "mergedInto": {"id": ben}}
    }
    await courier.deliver()
    assert await _owned(platform, anna) == {}
    assert await _owned(platform, ben) == {name: hers[name] + his[name] for name in his}
    defaults = select(address.c.id).where(address.c.is_default_shipping)
    assert len(await db.rows(defaults)) == 1


async def test_consents_stay_with_the_record_that_they_were_given_to(
    ask: Ask, db: Database, shop: Shop, platform: Platform, courier: Courier
) -> None:
    """A yes that the one said must not outlive a no of the other."""
    anna = await canaries.customer(platform)
    ben = await canaries.customer(platform, "canary.ben@example.com")
    given = {"customerId": ben, "kind": "MARKETING_EMAIL", "granted": False, "source": "canary"}
    await canaries.change(platform, "setConsent", **given)
    await _merge(ask, anna, ben)
    await courier.deliver()
    document = "query ($id: ID!) { customer(id: $id) { consents { granted } } }"
    assert await ask(document, ADMIN, id=ben) == {"customer": {"consents": [{"granted": False}]}}
    assert await ask(document, ADMIN, id=anna) == {"customer": {"consents": [{"granted": True}]}}


@pytest.mark.parametrize("seed", range(4))
async def test_a_chain_of_merges_ends_at_its_end(
    ask: Ask, shop: Shop, platform: Platform, seed: int
) -> None:
    """Agents may hear of the second merge before they hear of the first."""
    names = ("anna", "ben", "cara")
    anna, ben, cara = [await canaries.full(platform, f"canary.{x}@example.com") for x in names]
    courier = Courier(platform, seed)
    await courier.deliver()
    before = await _owned(platform, anna)
    await _merge(ask, anna, ben, "m1")
    await _merge(ask, ben, cara, "m2")
    await courier.deliver()
    assert (await _owned(platform, anna), await _owned(platform, ben)) == ({}, {})
    assert await _owned(platform, cara) == {name: 3 * count for name, count in before.items()}


async def test_a_later_write_goes_to_the_record_that_is_left(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier
) -> None:
    """As by a mutation that began before the merge and commits after it."""
    anna = await canaries.customer(platform)
    ben = await canaries.customer(platform, "canary.ben@example.com")
    await canaries.order(platform, ben, "placed")
    await _merge(ask, anna, ben)
    await courier.deliver()
    copy = text("""INSERT INTO "order".orders (id, customer_id, status, currency, created_at,
        updated_at) SELECT 'ord_late', :anna, 'DRAFT', 'EUR', now(), now() RETURNING customer_id""")
    async with platform.databases["order"].unit_of_work() as work:
        [row] = await work.rows(copy, {"anna": anna})
    assert row.customer_id == ben


@pytest.mark.parametrize(
    ("state", "into", "code"),
    [
        ("MERGED", "ACTIVE", "INVALID_TRANSITION"),
        ("ERASURE_PENDING", "ACTIVE", "INVALID_TRANSITION"),
        ("ANONYMIZED", "ACTIVE", "INVALID_TRANSITION"),
        ("ACTIVE", "MERGED", "CUSTOMER_NOT_ACTIVE"),
        ("ACTIVE", "ERASURE_PENDING", "CUSTOMER_NOT_ACTIVE"),
        ("ACTIVE", "ANONYMIZED", "CUSTOMER_NOT_ACTIVE"),
        ("ACTIVE", "GUEST", "INVALID_INPUT"),
    ],
)
async def test_only_living_records_are_merged(
    ask: Ask, db: Database, state: str, into: str, code: str
) -> None:
    await add(db, CARA)
    for id, status in ((ANNA, state), (BEN, into)):
        await add(db, id, status, merged_into_id=CARA if status == "MERGED" else None)
    given = {"customerId": ANNA, "intoCustomerId": BEN, "idempotencyKey": "k"}
    assert (await refusal(ask, db, "mergeCustomers", ADMIN, **given))["code"] == code


@pytest.mark.parametrize("state", ["GUEST", "ACTIVE", "SUSPENDED"])
async def test_every_living_record_may_be_merged(ask: Ask, db: Database, state: str) -> None:
    await add(db, ANNA, state)
    await add(db, BEN)
    payload = await _merge(ask, ANNA, BEN, select="customer { id version }")
    assert payload == {"customer": {"id": BEN, "version": 2}, "errors": []}
    assert await events(db) == [
        ("customer.merged", ANNA, 1, {"into_id": BEN}),
        ("customer.updated", BEN, 1, {"fields": ["merged"]}),
    ]


async def test_what_cannot_be_merged(ask: Ask, db: Database) -> None:
    await add(db, ANNA)
    await add(db, BEN)
    given = {"customerId": ANNA, "intoCustomerId": BEN, "idempotencyKey": "k"}
    assert await refusal(ask, db, "mergeCustomers", writer("customer"), **given) == FORBIDDEN
    for wrong, code, field in (
        ({"intoCustomerId": ANNA}, "INVALID_INPUT", "intoCustomerId"),
        ({"intoCustomerId": UNKNOWN}, "NOT_FOUND", "intoCustomerId"),
        ({"customerId": UNKNOWN}, "NOT_FOUND", "customerId"),
        ({"expectedVersion": 3}, "STALE_VERSION", None),
    ):
        key = {"idempotencyKey": f"{code}{field}"}
        error = await refusal(
            ask, db, "mergeCustomers", approver("customer"), **{**given, **wrong, **key}
        )
        assert (error["code"], error["field"]) == (code, [field] if field else ["expectedVersion"])


async def test_an_erasure_waits_for_the_merge_and_covers_both(
    ask: Ask, db: Database, shop: Shop, platform: Platform, courier: Courier
) -> None:
    anna = await canaries.full(platform)
    ben = await canaries.full(platform, "canary.ben@example.com")
    await _merge(ask, anna, ben)
    await courier.deliver(without=["order", "inventory"])
    given = {"customerId": ben, "idempotencyKey": "k1"}
    document = """mutation ($i: AnonymizeCustomerInput!) { a: anonymizeCustomer(input: $i) {
        customer { id } errors { code retryable ... on MergeInProgressError { agents } } } }"""
    early = (await ask(document, ADMIN, i=given))["a"]
    assert early == {"customer": None, "errors": [
        {"code": "MERGE_IN_PROGRESS", "retryable": True, "agents": ["inventory", "order"]}
    ]}  # fmt: skip
    await courier.deliver()
    assert (await ask(document, ADMIN, i=given))["a"] == {"customer": {"id": ben}, "errors": []}
    await courier.deliver()
    assert await canaries.singing(dict(platform.databases)) == set()
    rows = await db.rows(select(customer.c.id, customer.c.status).order_by(customer.c.id))
    states = {row.id: row.status.name for row in rows}
    assert (states[anna], states[ben]) == ("MERGED", "ANONYMIZED")


@pytest.mark.commits
@pytest.mark.parametrize("round", range(4))
async def test_merge_and_erasure_raced(
    ask: Ask, db: Database, shop: Shop, platform: Platform, round: int
) -> None:
    """Either the merge comes first, and the erasure waits for it and covers both; or the erasure
    does, and the merge is refused. No row is left unscrubbed, and none is lost.
    """
    anna = await canaries.full(platform)
    ben = await canaries.full(platform, "canary.ben@example.com")
    merging = _merge(ask, anna, ben)
    erasing = change(ask, "anonymizeCustomer", customerId=ben, idempotencyKey="e")
    both = [merging, erasing] if round % 2 else [erasing, merging]
    await asyncio.gather(*both)
    courier = Courier(platform, round)
    await courier.deliver()
    for key, id in (("f", ben), ("g", anna)):
        await change(ask, "anonymizeCustomer", customerId=id, idempotencyKey=key)
    await courier.deliver()
    assert await canaries.singing(dict(platform.databases)) == set()
    tables = (orders, order_line, reservation, interaction)
    kept = [await platform.databases[str(each.schema)].rows(select(each)) for each in tables]
    assert [len(rows) for rows in kept] == [4, 4, 2, 2]
