"""`_entities` and contributed fields: order, misses, duplicates, foreign rows, and who may."""

from typing import Any

import pytest

from models.database import Database
from models.inventory import ReservationStatus as S
from subgraphs.kit import Document
from tests.callers import (
    ADMIN,
    ANONYMOUS,
    approver,
    customer,
    reader,
    service,
    staff,
    writer,
)
from tests.conftest import Ask
from tests.inventory.reserved import ID_1, reservation_in
from tests.inventory.stock import (
    RESERVE,
    basket,
    calls,
    level,
    made_id,
    sender,
    stock,
    variant,
    warehouse,
)
from tests.platform import Platform

READER = reader("inventory")
ENTITIES = """query ($of: [_Any!]!) { _entities(representations: $of) { __typename
  ... on StockLevel { id available variant { id } warehouse { id } }
  ... on StockMovement { id delta }
  ... on Reservation { id status lines { reserved } }
  ... on ProductVariant { id availability { variantId available inStock } stockLevels { id } }
  ... on Warehouse { id levels: stockLevels { totalCount edges { node { id } } } }
  ... on Order { id reservations { id } } } }"""
OWN = ("StockLevel", "Reservation", "StockMovement")


def of(kind: str, id: str) -> dict[str, str]:
    return {"__typename": kind, "id": id}


async def entities(platform: Platform, *of: Any, by: Any = READER) -> dict[str, Any]:
    return await platform.ask("inventory", ENTITIES, by, {"of": list(of)})


async def test_interleaved_duplicate_and_missing(
    db: Database, platform: Platform, statements: list[str]
) -> None:
    await reservation_in(db, S.ACTIVE)
    await stock(db, (1, 2, 0), (2, 1, 7))
    before = len(statements)
    answer = await entities(
        platform,
        of("StockLevel", level(2)),
        of("ProductVariant", variant(1)),
        of("Reservation", ID_1),
        of("StockLevel", level(9)),
        of("Warehouse", warehouse(1)),
        of("StockLevel", level(1)),
        of("Order", made_id("ord", 1)),
        of("ProductVariant", variant(9)),
        of("Warehouse", warehouse(9)),
        of("Order", made_id("ord", 9)),
        of("Reservation", made_id("rsv", 9)),
        of("StockMovement", made_id("mov", 9)),
        of("StockLevel", level(2)),
    )

    def stocked(number: int, available: int) -> dict[str, Any]:
        ids = {"variant": {"id": variant(number)}, "warehouse": {"id": warehouse(1)}}
        return of("StockLevel", level(number)) | {"available": available} | ids

    def sellable(number: int, available: int, *levels: str) -> dict[str, Any]:
        availability = {
            "variantId": variant(number),
            "available": available,
            "inStock": available > 0,
        }
        held = {"availability": availability, "stockLevels": [{"id": id} for id in levels]}
        return of("ProductVariant", variant(number)) | held

    def storing(number: int, *levels: str) -> dict[str, Any]:
        edges = [{"node": {"id": id}} for id in levels]
        page = {"totalCount": len(levels), "edges": edges}
        return of("Warehouse", warehouse(number)) | {"levels": page}

    assert "errors" not in answer
    assert answer["data"]["_entities"] == [
        stocked(2, 7),
        sellable(1, 10, level(1, 1), level(1, 2)),
        of("Reservation", ID_1) | {"status": "ACTIVE", "lines": [{"reserved": 5}]},
        None,
        storing(1, level(1), level(2)),
        stocked(1, 10),
        of("Order", made_id("ord", 1)) | {"reservations": [{"id": ID_1}]},
        sellable(9, 0),
        storing(9),
        of("Order", made_id("ord", 9)) | {"reservations": []},
        None,
        None,
        stocked(2, 7),
    ]
    assert calls(statements[before:]) == 9


@pytest.mark.parametrize("kind", OWN)
async def test_who_may_read_an_entity(db: Database, platform: Platform, kind: str) -> None:
    await reservation_in(db, S.ACTIVE)
    known = {"StockLevel": level(1), "Reservation": ID_1, "StockMovement": made_id("mov", 1)}[kind]
    for denied in (ANONYMOUS, customer(made_id("cus", 1)), staff(), reader("order")):
        for id in (known, made_id("rsv", 9)):
            answer = await entities(platform, of(kind, id), by=denied)
            assert answer["data"]["_entities"] == [None]
            [error] = answer["errors"]
            assert (error["path"], error["extensions"]) == (["_entities", 0], {"code": "FORBIDDEN"})
    for admitted in (READER, writer("inventory"), approver("inventory"), ADMIN):
        assert "errors" not in await entities(platform, of(kind, known), by=admitted)


async def test_foreign_and_unknown_are_answered_alike(
    db: Database, ask: Ask, platform: Platform
) -> None:
    """By the root field, by `_entities` and by the contributed field, byte for byte."""
    await reservation_in(db, S.ACTIVE)
    root = "query ($id: ID!) { reservation(id: $id) { id } }"
    names = Document("inventory", "ways", ENTITIES).names | {"reservation"}
    foreign = service("order", *names, on_behalf_of=made_id("cus", 2))
    assert await ask(root, foreign, id=ID_1) == await ask(root, foreign, id=made_id("rsv", 9))
    for kind, known, unknown in (
        ("Reservation", ID_1, made_id("rsv", 9)),
        ("Order", made_id("ord", 1), made_id("ord", 9)),
    ):
        here = await entities(platform, of(kind, known), by=foreign)
        there = await entities(platform, of(kind, unknown), by=foreign)
        assert "errors" not in here
        assert repr(here).replace(known, "?") == repr(there).replace(unknown, "?")


CONTRIBUTED = {
    "availability": ("ProductVariant", variant(1), "availability { available }"),
    "stockLevels": ("ProductVariant", variant(1), "stockLevels { id }"),
    "reservations": ("Order", made_id("ord", 1), "reservations { id }"),
    "levels": ("Warehouse", warehouse(1), "levels: stockLevels { totalCount }"),
}


@pytest.mark.parametrize("name", CONTRIBUTED)
async def test_who_may_read_a_contributed_field(
    db: Database, platform: Platform, name: str
) -> None:
    await reservation_in(db, S.ACTIVE)
    kind, id, field = CONTRIBUTED[name]
    document = (
        "query ($of: [_Any!]!) { _entities(representations: $of) {"
        f" ... on {kind} {{ id {field} }} }} }}"
    )
    values = {
        "availability": {"available": 10},
        "stockLevels": [{"id": level(1)}],
        "reservations": [{"id": ID_1}],
        "levels": {"totalCount": 1},
    }
    for caller in (
        ANONYMOUS,
        customer(made_id("cus", 1)),
        customer(made_id("cus", 2)),
        staff(),
        READER,
        ADMIN,
        sender(document),
    ):
        answer = await platform.ask("inventory", document, caller, {"of": [of(kind, id)]})
        [found] = answer["data"]["_entities"]
        if name == "availability" or caller in (READER, ADMIN, sender(document)):
            assert "errors" not in answer
            assert found == {"id": id, name: values[name]}
        else:
            assert found == {"id": id, name: None}
            [error] = answer["errors"]
            assert error["extensions"] == {"code": "FORBIDDEN"}
            assert error["path"] == ["_entities", 0, name]


@pytest.mark.parametrize("first", [0, 101])
async def test_contributed_lists_have_a_limit(platform: Platform, first: int) -> None:
    document = (
        "query ($of: [_Any!]!, $first: Int!) { _entities(representations: $of) {"
        " ... on ProductVariant { stockLevels(first: $first) { id } }"
        " ... on Order { reservations(first: $first) { id } }"
        " ... on Warehouse { levels: stockLevels(first: $first) { totalCount } } } }"
    )
    parents = [of("ProductVariant", variant(1)), of("Order", "ord_1"), of("Warehouse", "whs_1")]
    answer = await platform.ask("inventory", document, READER, {"of": parents, "first": first})
    refused = {"code": "INVALID_INPUT", "field": ["first"]}
    assert [error["extensions"] for error in answer["errors"]] == [refused] * 3


async def test_the_newest_reservations_of_an_order_first(
    db: Database, ask: Ask, platform: Platform
) -> None:
    await stock(db, (1, 1, 10))
    made = []
    for number in range(3):
        data = await ask(RESERVE, input=basket(f"{number}", (1, 1, None)))
        made.append(data["createReservation"]["reservation"]["id"])
    document = (
        "query ($of: [_Any!]!) { _entities(representations: $of) {"
        " ... on Order { reservations(first: 2) { id } } } }"
    )
    of_order = {"of": [of("Order", made_id("ord", 1))]}
    answer = await platform.ask("inventory", document, READER, of_order)
    [found] = answer["data"]["_entities"]
    assert found["reservations"] == [{"id": id} for id in sorted(made, reverse=True)[:2]]


async def test_the_levels_of_several_warehouses_by_pages(db: Database, platform: Platform) -> None:
    await stock(db, *((number, place, 1) for number in range(1, 6) for place in (1, 2)))
    document = (
        "query ($of: [_Any!]!, $after: String) { _entities(representations: $of) {"
        " ... on Warehouse { stockLevels(first: 2, after: $after) { totalCount"
        " edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"
    )
    parents = [of("Warehouse", warehouse(place)) for place in (1, 2, 3, 1)]
    answer = await platform.ask("inventory", document, READER, {"of": parents})
    pages = [each["stockLevels"] for each in answer["data"]["_entities"]]
    assert [page["totalCount"] for page in pages] == [5, 5, 0, 5]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False, True]
    seen = [edge["node"]["id"] for edge in pages[0]["edges"]]
    after = pages[0]["pageInfo"]["endCursor"]
    while after:
        asked = {"of": parents[:1], "after": after}
        answer = await platform.ask("inventory", document, READER, asked)
        [found] = answer["data"]["_entities"]
        page = found["stockLevels"]
        assert page["pageInfo"]["hasPreviousPage"] is True
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert seen == [level(number, 1) for number in range(1, 6)]
