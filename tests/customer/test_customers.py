"""The list of customers: search, filters, orders, pages."""

from typing import Any

import pytest
from sqlalchemy import select, text

from models import customer as tables
from models.database import Database
from subgraphs.customer.repository.customers import found_by
from subgraphs.kit import Principal
from tests.callers import ANONYMOUS, customer, reader, service, staff
from tests.conftest import Ask
from tests.customer.people import ANNA, BEGIN, BEN, CARA, DORA, add

LIST = """query ($search: String, $where: CustomerWhere, $by: CustomerSort,
                 $first: Int! = 20, $after: String) {
    customers(search: $search, where: $where, orderBy: $by, first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id } }
    }
}"""
NAME = {"field": "NAME", "direction": "ASC"}


@pytest.fixture
async def four(db: Database) -> None:
    await add(db, ANNA, first_name="Anna-Lena", last_name="Müller", email="anna@post.example")
    await add(db, BEN, "GUEST", first_name="Ben", last_name="Abel", email="b.muller@mail.example")
    await add(db, CARA, "SUSPENDED", first_name="Cara", last_name="Abel", email="c@post.example")
    await add(db, DORA, "GUEST", first_name=None, last_name=None, email="d@mail.example")


async def page(ask: Ask, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(LIST, reader("customer"), **variables))["customers"]
    return found


async def ids(ask: Ask, **variables: Any) -> list[str]:
    return [edge["node"]["id"] for edge in (await page(ask, **variables))["edges"]]


async def test_the_newest_come_first(ask: Ask, four: None) -> None:
    found = await page(ask)
    assert [edge["node"]["id"] for edge in found["edges"]] == [DORA, CARA, BEN, ANNA]
    assert found["totalCount"] == 4
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert found["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": cursors[0],
        "endCursor": cursors[-1],
    }


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("muller", [BEN, ANNA]),
        ("MÜLL", [BEN, ANNA]),
        ("lena mü", [ANNA]),
        ("anna@post.example", [ANNA]),
        ("post.ex", [CARA, ANNA]),
        ("uller", []),
        ("abel cara", [CARA]),
        ("abel anna", []),
        ("", [DORA, CARA, BEN, ANNA]),
        ("  ", [DORA, CARA, BEN, ANNA]),
        ("'); DROP", []),
        ("!?", []),
        ("a'b & !c | <-> :*", []),
        ("\0", []),
    ],
)
async def test_search(ask: Ask, four: None, search: str, found: list[str]) -> None:
    assert await ids(ask, search=search) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"status": {"eq": "GUEST"}}, [DORA, BEN]),
        ({"status": {"in": ["ACTIVE", "SUSPENDED"]}}, [CARA, ANNA]),
        ({"id": {"in": [DORA, ANNA]}}, [DORA, ANNA]),
        ({"createdAt": {"range": {"gte": "2026-01-01T02:00:00Z"}}}, [DORA, CARA, BEN]),
        ({"createdAt": {"range": {"lt": "2026-01-01T02:00:00Z"}}}, [ANNA]),
        ({"updatedAt": {"range": {"lt": "2026-01-01T02:00:00Z"}}}, [ANNA]),
        ({"or": [{"id": {"eq": ANNA}}, {"status": {"eq": "SUSPENDED"}}]}, [CARA, ANNA]),
        ({"and": [{"id": {"eq": ANNA}}, {"status": {"eq": "SUSPENDED"}}]}, []),
        ({"or": []}, []),
    ],
)
async def test_where(ask: Ask, four: None, where: dict[str, Any], found: list[str]) -> None:
    assert await ids(ask, where=where) == found


async def test_search_has_an_index(db: Database, four: None) -> None:
    found = select(tables.customer.c.id).where(found_by("muller"))
    sql = found.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True})
    async with db.unit_of_work() as work:
        await work.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await work.rows(text(f"EXPLAIN {sql}"))
    assert any("customer_search_idx" in line for [line] in plan)


async def test_search_and_where_hold_both(ask: Ask, four: None) -> None:
    both = {"search": "muller", "where": {"status": {"eq": "GUEST"}}}
    assert await ids(ask, **both) == [BEN]
    assert (await page(ask, **both))["totalCount"] == 1


async def test_conditions_are_three_deep(ask: Ask, four: None) -> None:
    where: dict[str, Any] = {"id": {"eq": ANNA}}
    for _ in range(2):
        where = {"and": [where]}
    assert await ids(ask, where=where) == [ANNA]
    [error] = await ask(LIST, reader("customer"), errors=True, where={"and": [where]})
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["where"]}


@pytest.mark.parametrize(
    ("field", "ascending"),
    [
        ("NAME", [DORA, BEN, CARA, ANNA]),
        ("CREATED_AT", [ANNA, BEN, CARA, DORA]),
        ("UPDATED_AT", [ANNA, BEN, CARA, DORA]),
    ],
)
async def test_pages_of_every_order_meet(
    ask: Ask, four: None, field: str, ascending: list[str]
) -> None:
    for direction, expected in (("ASC", ascending), ("DESC", ascending[::-1])):
        by = {"field": field, "direction": direction}
        found: list[str] = []
        after = None
        for number in range(4):
            one = await page(ask, by=by, first=1, after=after)
            found += [edge["node"]["id"] for edge in one["edges"]]
            assert one["pageInfo"]["hasNextPage"] is (number < 3)
            assert one["pageInfo"]["hasPreviousPage"] is (number > 0)
            after = one["pageInfo"]["endCursor"]
        assert found == expected
        assert await ids(ask, by=by, after=after) == []


async def test_equals_are_ordered_by_id(ask: Ask, db: Database) -> None:
    for id in (CARA, ANNA, BEN):
        await add(db, id, created_at=BEGIN)
    by = {"field": "CREATED_AT", "direction": "ASC"}
    first = await page(ask, by=by, first=2)
    assert [edge["node"]["id"] for edge in first["edges"]] == [ANNA, BEN]
    assert await ids(ask, by=by, after=first["pageInfo"]["endCursor"]) == [CARA]
    assert await ids(ask) == [CARA, BEN, ANNA]


async def test_pages_that_there_are_not(ask: Ask, four: None) -> None:
    cursor = (await page(ask, by=NAME))["pageInfo"]["endCursor"]
    for variables, field in (
        ({"first": 0}, "first"),
        ({"first": 101}, "first"),
        ({"after": cursor}, "after"),
        ({"after": "?"}, "after"),
    ):
        [error] = await ask(LIST, reader("customer"), errors=True, **variables)
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": [field]}


@pytest.mark.parametrize(
    "principal",
    [
        ANONYMOUS,
        customer(ANNA),
        staff(),
        staff("customer:write", "order:read"),
        service("order", "customer"),
    ],
)
async def test_who_may_not(ask: Ask, four: None, principal: Principal) -> None:
    [error] = await ask(LIST, principal, errors=True)
    assert error["extensions"] == {"code": "FORBIDDEN"}


async def test_a_service_lists_for_one_customer_only_that_one(ask: Ask, four: None) -> None:
    for behalf, found in ((ANNA, [ANNA]), ("usr_STAFF", [DORA, CARA, BEN, ANNA])):
        found_by = service("order", "customers", on_behalf_of=behalf)
        edges = (await ask(LIST, found_by))["customers"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == found


async def test_as_many_statements_for_many(ask: Ask, four: None, statements: list[str]) -> None:
    document = "query ($n: Int!) { customers(first: $n) { totalCount edges { node {"
    document += " id addresses { id } consents { kind } mergedInto { id } suspensionReason } } } }"
    counts = []
    for number in (1, 4):
        statements.clear()
        found = await ask(document, reader("customer"), n=number)
        assert len(found["customers"]["edges"]) == number
        counts.append(len([sql for sql in statements if sql.startswith("SELECT")]))
    assert counts == [4, 4]
