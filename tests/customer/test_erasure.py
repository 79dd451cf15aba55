"""A customer is forgotten by every agent, or nothing changes; a canary in every personal field."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, text

from models import order as order_tables
from models.customer import customer as customers
from models.database import Database
from models.ids import ulid
from models.migrations.run import AGENTS
from models.owners import owner_mark
from subgraphs.kit import ID
from tests.callers import ADMIN
from tests.callers import customer as as_customer
from tests.conftest import Ask
from tests.customer import canaries
from tests.customer.courier import Courier
from tests.customer.people import change, events
from tests.order.shop import Shop
from tests.platform import Platform
from tests.postgres import Server

ERASURE = """query ($id: ID!) { customer(id: $id) {
    status email displayName
    erasure { state agents { agent answer objections { reason entityId } } }
} }"""


@pytest.fixture
async def shop(databases: dict[str, Database]) -> Shop:
    return await Shop(databases).open()


@pytest.fixture
def courier(platform: Platform) -> Courier:
    return Courier(platform)


async def _erasure(ask: Ask, id: ID) -> Any:
    return (await ask(ERASURE, ADMIN, id=id))["customer"]


async def _anonymize(ask: Ask, id: ID, key: str = "k", **given: Any) -> Any:
    select = "customer { id status allowedTransitions }"
    return await change(
        ask, "anonymizeCustomer", select=select, customerId=id, idempotencyKey=key, **given
    )


async def test_every_personal_column_is_scrubbed_in_every_agent(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier
) -> None:
    """The scenario sings in every column that is declared: a new one fails here first."""
    id = await canaries.full(platform)
    before = canaries.declared()
    assert await canaries.singing(dict(platform.databases)) == before

    asked = await _anonymize(ask, id)
    assert asked["customer"] == {
        "id": id,
        "status": "ERASURE_PENDING",
        "allowedTransitions": ["ANONYMIZED", "SUSPENDED"],
    }
    await courier.deliver()

    assert await canaries.singing(dict(platform.databases)) == set()
    found = await _erasure(ask, id)
    assert (found["status"], found["email"], found["displayName"]) == ("ANONYMIZED", None, None)
    assert found["erasure"] == {
        "state": "DONE",
        "agents": [
            {"agent": agent, "answer": "ACCEPTED", "objections": []} for agent in sorted(AGENTS)
        ],
    }


async def test_amounts_and_dates_stay(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier
) -> None:
    id = await canaries.full(platform)
    row = order_tables.orders.c
    kept = select(row.id, row.number, row.total, row.tax, row.placed_at, row.created_at)
    before = await shop.db.rows(kept.order_by(row.id))
    await _anonymize(ask, id)
    await courier.deliver()
    assert await shop.db.rows(kept.order_by(row.id)) == before
    assert [each.customer_id for each in await shop.db.rows(select(row.customer_id))] == [id, id]


async def test_an_open_order_vetoes(
    ask: Ask, db: Database, shop: Shop, platform: Platform, courier: Courier
) -> None:
    id = await canaries.customer(platform)
    placed = await canaries.order(platform, id, "placed")
    before = await canaries.singing(dict(platform.databases))
    await _anonymize(ask, id)
    await courier.deliver()

    found = await _erasure(ask, id)
    assert (found["status"], found["email"]) == ("ACTIVE", "canary@example.com")
    assert found["erasure"]["state"] == "VETOED"
    open_order = [{"reason": "OPEN_ORDER", "entityId": placed}]
    answers = {"order": ("VETOED", open_order)}
    said = {each["agent"]: (each["answer"], each["objections"])
            for each in found["erasure"]["agents"]}  # fmt: skip
    assert said == {agent: answers.get(agent, ("ACCEPTED", [])) for agent in AGENTS}
    assert await canaries.singing(dict(platform.databases)) == before
    assert await db.rows(select(owner_mark)) == []
    assert "customer.anonymized" not in {type for type, *_ in await events(db)}

    await canaries.order(platform, id, "another")  # as before
    await canaries.change(platform, "cancelOrder", orderId=placed, idempotencyKey="c1")
    again = await _anonymize(ask, id, "k2")
    assert again["customer"]["status"] == "ERASURE_PENDING"


@pytest.mark.parametrize("seed", range(4))
async def test_agents_answer_in_any_order(
    ask: Ask, shop: Shop, platform: Platform, seed: int
) -> None:
    id = await canaries.full(platform)
    await _anonymize(ask, id)
    await Courier(platform, seed).deliver()
    assert (await _erasure(ask, id))["erasure"]["state"] == "DONE"
    assert await canaries.singing(dict(platform.databases)) == set()


@pytest.mark.parametrize("down", AGENTS)
async def test_an_agent_that_is_down_answers_when_it_is_back(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier, down: str
) -> None:
    id = await canaries.full(platform)
    await _anonymize(ask, id)
    await courier.deliver(without=[down])
    assert (await _erasure(ask, id))["status"] == "ERASURE_PENDING"
    assert await canaries.singing(dict(platform.databases)) == canaries.declared()
    await courier.deliver()
    found = await _erasure(ask, id)
    assert (found["status"], found["erasure"]["state"]) == ("ANONYMIZED", "DONE")
    assert await canaries.singing(dict(platform.databases)) == set()


async def test_nothing_new_begins_meanwhile_nor_afterwards(
    ask: Ask, db: Database, shop: Shop, platform: Platform, courier: Courier
) -> None:
    id = await canaries.customer(platform)
    draft = await canaries.order(platform, id, "draft", place=False)
    await _anonymize(ask, id)
    for _ in range(2):
        answer = await platform.through_gateway(
            canaries.ORDER, as_customer(id),
            {"i": {"currency": "EUR", "idempotencyKey": "k", "lines": []}},
        )  # fmt: skip
        assert answer["data"]["a"]["order"] is None
        codes = {error["code"] for error in answer["data"]["a"]["errors"]}
        assert codes <= {"CUSTOMER_NOT_ACTIVE", "EMPTY_ORDER"}
        place = """mutation ($i: PlaceOrderInput!) {
            a: placeOrder(input: $i) { order { id } errors { code } } }"""
        answer = await platform.through_gateway(
            place, ADMIN, {"i": {"orderId": draft, "idempotencyKey": "p"}}
        )
        assert answer["data"]["a"] == {"order": None, "errors": [{"code": "CUSTOMER_NOT_ACTIVE"}]}
        await courier.deliver()
    assert await canaries.singing(dict(platform.databases)) == set()


async def test_no_agent_writes_what_is_personal_afterwards(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier
) -> None:
    """A mutation that began before is refused by the database itself."""
    id = await canaries.customer(platform)
    draft = await canaries.order(platform, id, "draft", place=False)
    await _anonymize(ask, id)
    await courier.deliver()
    document = """mutation ($i: UpdateOrderInput!) {
        a: updateOrder(input: $i) { order { id } errors { __typename code } } }"""
    given = {"orderId": draft, "shippingAddress": canaries.PLACE}
    answer = await platform.through_gateway(document, ADMIN, {"i": given})
    refused = {"__typename": "ErasureRequestedError", "code": "ERASURE_REQUESTED"}
    assert answer["data"]["a"] == {"order": None, "errors": [refused]}
    cancel = """mutation ($i: CancelOrderInput!) {
        a: cancelOrder(input: $i) { order { status } errors { code } } }"""
    canceled = await platform.through_gateway(
        cancel, ADMIN, {"i": {"orderId": draft, "idempotencyKey": "c"}}
    )
    assert canceled["data"]["a"] == {"order": {"status": "CANCELED"}, "errors": []}
    assert await canaries.singing(dict(platform.databases)) == set()


async def test_a_customer_may_ask_for_it_and_only_for_themselves(
    ask: Ask, db: Database, shop: Shop, platform: Platform
) -> None:
    anna = await canaries.customer(platform)
    ben = await canaries.customer(platform, "canary2@example.com")
    given = {"customerId": ben, "idempotencyKey": "k"}
    refused = await change(ask, "anonymizeCustomer", as_customer(anna), **given)
    assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
    unknown = await change(
        ask, "anonymizeCustomer", as_customer(anna),
        **{**given, "customerId": ulid("cus", 9, 9), "idempotencyKey": "k2"},
    )  # fmt: skip
    assert unknown == refused
    asked = await change(
        ask, "anonymizeCustomer", as_customer(anna), "customer { status }",
        customerId=anna, idempotencyKey="k3",
    )  # fmt: skip
    assert asked["customer"] == {"status": "ERASURE_PENDING"}
    states = await db.rows(select(customers.c.status).where(customers.c.id == ben))
    assert [row.status.name for row in states] == ["ACTIVE"]


async def test_a_late_or_repeated_answer_changes_nothing(
    ask: Ask, db: Database, shop: Shop, platform: Platform, courier: Courier
) -> None:
    id = await canaries.customer(platform)
    await _anonymize(ask, id)
    await courier.deliver()
    before = await _erasure(ask, id)
    told = await events(db)
    repeated = Courier(platform)
    repeated.taken = {agent: set(ids) for agent, ids in courier.taken.items()}
    repeated.taken["customer"] = set()  # an inbox that was lost: all of its events come again
    await repeated.deliver()
    assert await _erasure(ask, id) == before
    new = (await events(db))[len(told) :]
    assert {type for type, *_ in new} <= {
        "customer.erasure_answered",
        "customer.erasure_acknowledged",
    }


@pytest.mark.parametrize("seed", range(4))
async def test_a_crash_in_any_step_changes_nothing_of_the_outcome(
    ask: Ask, shop: Shop, platform: Platform, seed: int
) -> None:
    """An odd seed has an open order in it: then all is as before."""
    id = await canaries.full(platform)
    if seed % 2:
        async with platform.databases["order"].unit_of_work() as work:
            await work.execute(
                text("""UPDATE "order".orders SET status = 'PLACED',
                cancel_reason = NULL WHERE status = 'CANCELED'""")
            )
    before = await canaries.singing(dict(platform.databases))
    await _anonymize(ask, id)
    courier = Courier(platform, seed, crashes=0.5)
    await courier.deliver()
    assert courier.crashed > 0
    found = await _erasure(ask, id)
    if seed % 2:
        assert (found["status"], found["erasure"]["state"]) == ("SUSPENDED", "VETOED")
        assert await canaries.singing(dict(platform.databases)) == before
    else:
        assert (found["status"], found["erasure"]["state"]) == ("ANONYMIZED", "DONE")
        assert await canaries.singing(dict(platform.databases)) == set()


@pytest.mark.commits
@pytest.mark.parametrize("round", range(4))
async def test_an_order_placed_at_the_very_moment(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier, round: int
) -> None:
    """Either the order is there and stands against the erasure, or there is none."""
    id = await canaries.customer(platform)
    draft = await canaries.order(platform, id, "draft", place=False)
    place = """mutation ($i: PlaceOrderInput!) {
        a: placeOrder(input: $i) { order { id } errors { code } } }"""
    placing = platform.through_gateway(
        place, ADMIN, {"i": {"orderId": draft, "idempotencyKey": "p"}}
    )

    async def erasing() -> None:
        await asyncio.sleep(round * 0.004)
        await _anonymize(ask, id)
        await courier.deliver()

    answer, _ = await asyncio.gather(placing, erasing())
    await courier.deliver()
    found = await _erasure(ask, id)
    if answer["data"]["a"]["order"] is None:
        codes = {error["code"] for error in answer["data"]["a"]["errors"]}
        assert codes <= {"CUSTOMER_NOT_ACTIVE", "ERASURE_REQUESTED", "UNAVAILABLE"}
        assert found["status"] == "ANONYMIZED"
        assert await canaries.singing(dict(platform.databases)) == set()
    else:
        assert (found["status"], found["erasure"]["state"]) == ("ACTIVE", "VETOED")


@pytest.fixture
async def superuser(databases: dict[str, Database], server: Server) -> AsyncIterator[Database]:
    """Sees every table of the clone that the test has."""
    name = databases["platform"].engine.url.database
    db = Database(server.url(str(name), "postgres"))
    yield db
    await db.close()


@pytest.mark.commits
async def test_no_table_of_the_database_holds_anything(
    ask: Ask, shop: Shop, platform: Platform, courier: Courier, superuser: Database
) -> None:
    id = await canaries.full(platform)
    assert await canaries.seen(superuser) >= {"customer.customer", '"order".orders'}
    await _anonymize(ask, id)
    await courier.deliver()
    assert await canaries.seen(superuser) == set()
    assert not platform.spool.exists()
