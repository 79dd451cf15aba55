"""Who may do what: every operation by every kind of caller (DOMAIN.md section 6)."""

from typing import Any

import pytest

from models.database import Database
from subgraphs.inventory.schema import schema
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, customer, reader, service, staff, writer
from tests.conftest import Ask
from tests.inventory.commands import COMMANDS, Command, prepared
from tests.inventory.reserved import ID_1
from tests.inventory.stock import everything, level, made_id, sender, variant

CALLERS = {
    "anonymous": ANONYMOUS,
    "customer": customer(made_id("cus", 1)),
    "staff": staff(),
    "reader": reader("inventory"),
    "writer": writer("inventory"),
    "approver": approver("inventory"),
    "reader of orders": reader("order"),
    "service without": service("order", "availability_nobody_has"),
    "admin": ADMIN,
}
SCOPES = {"write": {"writer"}, "approve": {"approver"}, None: set[str]()}
QUERIES = {
    "stockLevel": f'stockLevel(id: "{level(1)}") {{ id }}',
    "stockLevels": "stockLevels { totalCount }",
    "reservation": f'reservation(id: "{ID_1}") {{ id }}',
    "reservations": "reservations { totalCount }",
    "stockMovements": "stockMovements { totalCount }",
    "lowStock": "lowStock { totalCount }",
    "inventoryReport": "inventoryReport { totals { levels } }",
    "availability": f'availability(variantId: "{variant(1)}") {{ available inStock }}',
    "availabilityBatch": f'availabilityBatch(variantIds: ["{variant(1)}"]) {{ available }}',
}
PUBLIC = {"availability", "availabilityBatch"}
READERS = {"reader", "writer", "approver", "admin"}


@pytest.mark.parametrize("command", COMMANDS, ids=str)
@pytest.mark.parametrize("who", CALLERS)
async def test_mutations(db: Database, ask: Ask, command: Command, who: str) -> None:
    await prepared(db)
    before = await everything(db)
    data = await ask(command.document, CALLERS[who], input=command.input())
    codes = [error["code"] for error in data[command.name]["errors"]]
    if who in SCOPES[command.scope] | {"admin"}:
        assert codes == []
        assert await everything(db) != before
    else:
        assert codes == ["FORBIDDEN"]
        assert await everything(db) == before


@pytest.mark.parametrize("command", COMMANDS, ids=str)
async def test_a_service_may_what_its_documents_say(
    db: Database, ask: Ask, command: Command
) -> None:
    await prepared(db)
    for_her = sender(command.document, on_behalf_of=made_id("cus", 1))
    data = await ask(command.document, for_her, input=command.input())
    assert data[command.name]["errors"] == []


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("who", CALLERS)
async def test_queries(db: Database, ask: Ask, name: str, who: str) -> None:
    await prepared(db)
    document = f"{{ {QUERIES[name]} }}"
    caller: Principal = CALLERS[who]
    anyone = name in PUBLIC and who != "service without"
    if who in READERS or anyone:
        data = await ask(document, caller)
        assert data[name] == _answer(name)
    else:
        [error] = await ask(document, caller, errors=True)
        assert error["extensions"] == {"code": "FORBIDDEN"}
        assert error["path"] == [name]
    served = await ask(document, sender(document))
    assert served[name] == _answer(name)


def _answer(name: str) -> Any:
    return {
        "stockLevel": {"id": level(1)},
        "stockLevels": {"totalCount": 2},
        "reservation": {"id": ID_1},
        "reservations": {"totalCount": 1},
        "stockMovements": {"totalCount": 2},
        "lowStock": {"totalCount": 0},
        "inventoryReport": {"totals": {"levels": 2}},
        "availability": {"available": 10, "inStock": True},
        "availabilityBatch": [{"available": 10}],
    }[name]


async def test_a_service_reads_reservations_of_whom_it_acts_for(db: Database, ask: Ask) -> None:
    await prepared(db)
    document = (
        f'{{ reservation(id: "{ID_1}") {{ id }} reservations {{ edges {{ node {{ id }} }} }} }}'
    )
    hers = sender(document, on_behalf_of=made_id("cus", 1))
    data = await ask(document, hers)
    assert data == {
        "reservation": {"id": ID_1},
        "reservations": {"edges": [{"node": {"id": ID_1}}]},
    }
    foreign = sender(document, on_behalf_of=made_id("cus", 2))
    data = await ask(document, foreign)
    assert data == {"reservation": None, "reservations": {"edges": []}}


def test_every_operation_stands_in_the_tables_above() -> None:
    asked_by_services = {"Query.inventoryCustomerData"}  # tests/customer/test_export.py
    assert asked_by_services | {f"Query.{name}" for name in QUERIES} | {
        f"Mutation.{command.name}" for command in COMMANDS
    } == {name for name in schema.rules() if name.startswith(("Query.", "Mutation."))}
