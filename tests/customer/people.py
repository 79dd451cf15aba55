"""Customers for tests, in any state; what a mutation answered; and everything that is stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from models.customer import CustomerStatus
from models.database import Database
from models.ids import ulid
from models.platform import outbox
from subgraphs.customer.repository import customers
from subgraphs.customer.search import name_key
from subgraphs.customer.types import Customer
from subgraphs.kit import ID, Principal
from tests.callers import ADMIN
from tests.conftest import Ask

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = (
    "customer.customer",
    "customer.address",
    "customer.consent_change",
    "customer.interaction",
)

ERRORS = """errors {
    __typename code field
    ... on InvalidTransitionError { from to allowed }
    ... on StaleVersionError { expected actual }
    ... on CustomerNotActiveError { status }
    ... on TooManyAddressesError { limit }
}"""
NOT_FOUND = {"__typename": "NotFoundError", "code": "NOT_FOUND", "field": ["customerId"]}
FORBIDDEN = {"__typename": "ForbiddenError", "code": "FORBIDDEN", "field": []}


def cus(number: int) -> ID:
    return ID(ulid("cus", 1_700_000_000_000 + number, number))


ANNA, BEN, CARA, DORA = map(cus, (1, 2, 3, 4))
UNKNOWN = cus(999)


async def add(db: Database, id: ID = ANNA, status: str = "ACTIVE", **values: Any) -> Customer:
    """A record in any state, one hour younger than the one before it in the alphabet."""
    state = CustomerStatus[status]
    gone = state is CustomerStatus.ANONYMIZED
    born = BEGIN + timedelta(hours=int(id[-4:], 32))
    fields: dict[str, Any] = {
        "status": state,
        "email": None if gone else f"{id.lower()}@example.com",
        "first_name": None if gone else "Anna",
        "last_name": None if gone else "Müller",
        "phone": None,
        "locale": None,
        "created_at": born,
        "updated_at": born,
        "version": 1,
        "status_before": CustomerStatus.ACTIVE if state is CustomerStatus.ERASURE_PENDING else None,
        "staff_reason": "Chargebacks." if state is CustomerStatus.SUSPENDED else None,
        "merged_into_id": None,
    } | values
    fields["name_key"] = name_key(fields["first_name"], fields["last_name"])
    made = Customer(id=id, **fields)
    async with db.unit_of_work() as work:
        await customers.add(work, made)
    return made


async def change(
    ask: Ask,
    mutation: str,
    principal: Principal = ADMIN,
    select: str = "customer { id version }",
    **input: Any,
) -> Any:
    """The payload of one mutation."""
    kind = mutation[0].upper() + mutation[1:]
    document = f"""mutation ($input: {kind}Input!) {{
        answer: {mutation}(input: $input) {{ {select} {ERRORS} }}
    }}"""
    return (await ask(document, principal, input=input))["answer"]


async def refusal(ask: Ask, db: Database, mutation: str, principal: Principal, **input: Any) -> Any:
    """The one error of a mutation that must have changed nothing at all."""
    before = await stored(db)
    select = "customerInteraction { id }" if mutation == "recordInteraction" else "customer { id }"
    payload = await change(ask, mutation, principal, select, **input)
    [error] = payload.pop("errors")
    assert list(payload.values()) == [None]
    assert await stored(db) == before
    return error


async def stored(db: Database) -> dict[str, Any]:
    """Every row of this agent, and every event."""
    found: dict[str, Any] = {}
    for table in TABLES:
        rows = await db.rows(text(f"SELECT * FROM {table} ORDER BY 1"))  # noqa: S608  # our names
        found[table] = [tuple(row) for row in rows]
    return found | {"events": await events(db)}


async def events(db: Database) -> list[tuple[str, str, int, dict[str, Any]]]:
    """Type, aggregate, sequence and data of all that was published."""
    row = outbox.c
    rows = await db.rows(
        select(row.type, row.aggregate_id, row.sequence, row.data).order_by(row.ordinal)
    )
    return [tuple(row) for row in rows]
