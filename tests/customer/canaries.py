"""One customer whose every personal field holds a canary, in every agent; and who still sees them.

The fields are those that the tables declare (models/personal.py): a new one has to be sung here.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Text, cast, func, insert, select, text

from models.database import Database
from models.migrations.run import AGENTS, all_tables
from models.order import HoldReason, order_hold
from models.personal import holdings
from subgraphs.kit import ID, Principal
from tests.callers import ADMIN
from tests.order.shop import DHL, var

CANARIES = ("canary", "qaqa", "55501")
"""Parts of all values here: of names and texts, of the locale, and of phone numbers."""

CREATE = """mutation ($i: CreateCustomerInput!) {
    a: createCustomer(input: $i) { customer { id } errors { code field } } }"""
ORDER = """mutation ($i: CreateOrderInput!) {
    a: createOrder(input: $i) { order { id status } errors { code field message } } }"""
CHANGES = {
    "upsertAddress": "customer { id }",
    "setConsent": "customer { id }",
    "recordInteraction": "customerInteraction { id }",
    "suspendCustomer": "customer { id }",
    "cancelOrder": "order { id }",
    "updateOrder": "order { id }",
    "holdOrder": "order { id }",
    "addOrderNote": "order { id }",
}
PLACE = {"name": "Canary Name", "line1": "1 Canary Lane", "line2": "Canary Floor"}
PLACE |= {"postalCode": "CANARY1", "city": "Canary City", "region": "Canary Region"}
PLACE |= {"country": "DE", "phone": "+49555013"}


class Graph(Protocol):
    """Where one sings: a test's platform, or an installation."""

    @property
    def databases(self) -> Mapping[str, Database]: ...

    async def through_gateway(
        self, document: str, principal: Principal, variables: Mapping[str, Any]
    ) -> dict[str, Any]: ...


async def ask(platform: Graph, document: str, **input: Any) -> Any:
    """The payload of a mutation that must succeed."""
    answer = await platform.through_gateway(document, ADMIN, {"i": input})
    assert "errors" not in answer, answer
    payload = answer["data"]["a"]
    assert payload["errors"] == [], payload
    return payload


async def change(platform: Graph, mutation: str, **input: Any) -> Any:
    kind = mutation[0].upper() + mutation[1:]
    document = f"""mutation ($i: {kind}Input!) {{
        a: {mutation}(input: $i) {{ {CHANGES[mutation]} errors {{ code field }} }} }}"""
    return await ask(platform, document, **input)


async def customer(platform: Graph, email: str = "canary@example.com") -> ID:
    """An account with everything that the customer agent may know of it."""
    made = await ask(
        platform, CREATE, email=email, firstName="Canaryanna", lastName="Canarymann",
        phone="+49555012", locale="de-Qaqa-DE",
    )  # fmt: skip
    id = ID(made["customer"]["id"])
    await change(
        platform, "upsertAddress", customerId=id, address=PLACE, isDefaultShipping=True,
        isDefaultBilling=True,
    )  # fmt: skip
    await change(
        platform, "setConsent", customerId=id, kind="MARKETING_EMAIL", granted=True,
        source="canary form",
    )  # fmt: skip
    await change(
        platform, "recordInteraction", customerId=id, channel="PHONE", direction="INBOUND",
        subject="canary call", note="canary note",
    )  # fmt: skip
    return id


async def order(platform: Graph, id: ID, key: str, *, place: bool = True) -> ID:
    """An order with everything that may be written about it."""
    made = await ask(
        platform, ORDER, customerId=id, currency="EUR", idempotencyKey=key, place=place,
        lines=[{"variantId": var(1), "quantity": 1}], shippingMethodId=DHL, shippingAddress=PLACE,
    )  # fmt: skip
    found = ID(made["order"]["id"])
    await change(platform, "addOrderNote", orderId=found, text="canary note")
    return found


async def full(platform: Graph, email: str = "canary@example.com") -> ID:
    """A customer with a canary in every personal column of every agent, and nothing under way."""
    id = await customer(platform, email)
    draft = await order(platform, id, f"draft {id}", place=False)
    discounts = [{"amount": {"amount": "1.00", "currencyCode": "EUR"}, "reason": "canary reason"}]
    await change(platform, "updateOrder", orderId=draft, discounts=discounts)
    placed = await order(platform, id, f"placed {id}")
    await change(platform, "cancelOrder", orderId=placed, idempotencyKey=f"cancel {id}")
    async with platform.databases["order"].unit_of_work() as work:  # as no mutation leaves it
        held = {"order_id": placed, "customer_id": id, "reason": HoldReason.OTHER}
        row = insert(order_hold).values(note="canary", author="usr_1", created_at=work.now, **held)
        await work.execute(row)
    await suspended(platform, id)
    return id


async def suspended(platform: Graph, id: ID) -> None:
    await change(platform, "suspendCustomer", customerId=id, reason="canary reason")


async def singing(databases: Mapping[str, Database]) -> set[str]:
    """Every personal column of every agent in which a canary is, as `schema.table.column`."""
    all_tables()
    found = set()
    for agent in AGENTS:
        for holding in holdings(agent):
            for column in holding.scrubbed:
                rows = await databases[agent].rows(select(func.lower(cast(column, Text))))
                if any(canary in row[0] for row in rows for canary in CANARIES if row[0]):
                    found.add(f"{agent}.{holding.table.name}.{column.name}")
    return found


def declared() -> set[str]:
    all_tables()
    return {
        f"{agent}.{holding.table.name}.{column.name}"
        for agent in AGENTS
        for holding in holdings(agent)
        for column in holding.scrubbed
    }


async def seen(db: Database) -> set[str]:
    """Every table of the database in which there is a canary, whoever's it is; as a superuser."""
    tables = await db.rows(
        text(
            "SELECT format('%I.%I', table_schema, table_name) AS name"
            " FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
    )
    found = set()
    for table in tables:
        for canary in CANARIES:
            query = text(f"SELECT 1 FROM {table.name} t WHERE t::text ILIKE :canary LIMIT 1")  # noqa: S608  # names from the catalogue
            if await db.rows(query, {"canary": f"%{canary}%"}):
                found.add(str(table.name))
    return found
