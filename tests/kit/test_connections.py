"""Pages by keyset, conditions, orders: exact, stable, and refused where they make no sense."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.connections import _decode, _encode
from tests.kit.conftest import ANNA, BERT, Room
from tests.kit.room.repository import N
from tests.kit.room.types import Note

WRITE = (
    "mutation($t: String!, $s: Int!) { writeNote(input: {text: $t, stars: $s}) { note { id } } }"
)
PAGE = """query($first: Int! = 20, $after: String, $order: NoteSort, $where: NoteWhere) {
    notes(first: $first, after: $after, orderBy: $order, where: $where) {
        edges { cursor node { text } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""


async def _fill(room: Room, stars: list[int]) -> None:
    for number, count in enumerate(stars):
        await room.ask(WRITE, ANNA, t=f"n{number}", s=count)


async def _walk(room: Room, first: int, order: dict[str, str]) -> list[str]:
    texts: list[str] = []
    after = None
    for _ in range(20):
        page = (await room.ask(PAGE, ANNA, first=first, after=after, order=order))["notes"]
        texts += [edge["node"]["text"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["totalCount"] == 7
        if not page["pageInfo"]["hasNextPage"]:
            return texts
        after = page["pageInfo"]["endCursor"]
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("first", [1, 2, 3, 7, 8])
async def test_every_row_once_in_both_directions_with_ties(room: Room, first: int) -> None:
    await _fill(room, [2, 1, 2, 1, 2, 1, 3])
    up = await _walk(room, first, {"field": "STARS", "direction": "ASC"})
    down = await _walk(room, first, {"field": "STARS", "direction": "DESC"})
    assert down == up[::-1]
    assert sorted(up) == [f"n{number}" for number in range(7)]
    assert set(up[:3]) == {"n1", "n3", "n5"}
    assert up[6] == "n6"


async def test_an_insert_does_not_shift_the_next_page(room: Room) -> None:
    await _fill(room, [5, 6, 7])
    order = {"field": "STARS", "direction": "ASC"}
    page = (await room.ask(PAGE, ANNA, first=2, order=order))["notes"]
    await room.ask(WRITE, ANNA, t="early", s=0)
    rest = await room.ask(PAGE, ANNA, first=2, order=order, after=page["pageInfo"]["endCursor"])
    assert [edge["node"]["text"] for edge in rest["notes"]["edges"]] == ["n2"]


async def test_an_empty_list(room: Room) -> None:
    assert (await room.ask(PAGE, BERT))["notes"] == {
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
        "totalCount": 0,
    }


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_of_no_sensible_size(room: Room, first: int) -> None:
    [error] = (await room.answer(PAGE, ANNA, first=first))["errors"]
    assert error["message"] == "A page has 1 to 100 entries."
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}


@pytest.mark.parametrize("after", ["", "x", "e30=", "WyJzdGFycyIsIDEsICJuIl0=", "bnVsbA=="])
async def test_a_cursor_of_nothing_or_of_another_order(room: Room, after: str) -> None:
    [error] = (await room.answer(PAGE, ANNA, after=after))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["after"]}


@pytest.mark.parametrize(
    ("field", "cursor"),
    [
        ("CREATED_AT", ["created_at", "2026-01-01T00:00:00", "n"]),
        ("CREATED_AT", ["created_at", "0001-01-01T00:00:00+14:00", "n"]),
        ("CREATED_AT", ["created_at", "2026-01-01T00:00:00Z", "\ud800"]),
        ("STARS", ["stars", 2**31, "n"]),
        ("STARS", ["stars", [[[1]]], "n"]),
    ],
)
async def test_a_cursor_that_was_made_up(room: Room, field: str, cursor: list[object]) -> None:
    after = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()
    [error] = (await room.answer(PAGE, ANNA, after=after, order={"field": field}))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["after"]}


async def test_a_cursor_that_is_a_very_deep_list(room: Room) -> None:
    after = base64.urlsafe_b64encode(b"[" * 300_000).decode()
    [error] = (await room.answer(PAGE, ANNA, after=after))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["after"]}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, ["n0", "n1", "n2", "n3"]),
        ({"text": {"eq": "n1"}}, ["n1"]),
        ({"text": {"in": ["n1", "n3", "x"]}}, ["n1", "n3"]),
        ({"text": {"in": []}}, []),
        ({"stars": {"range": {"gte": 1, "lt": 3}}}, ["n1", "n2"]),
        ({"stars": {"eq": 2}, "text": {"eq": "n1"}}, []),
        ({"or": [{"stars": {"eq": 2}}, {"text": {"eq": "n0"}}]}, ["n0", "n2"]),
        ({"and": [{"stars": {"range": {"gte": 1}}}, {"or": [{"stars": {"eq": 3}}]}]}, ["n3"]),
        ({"or": []}, []),
        ({"or": [{"stars": {"eq": 2}}, {}]}, ["n0", "n1", "n2", "n3"]),
        ({"and": [{"stars": {"eq": 2}}, {}]}, ["n2"]),
        ({"createdAt": {"range": {"gte": "2000-01-01T00:00:00Z"}}}, ["n0", "n1", "n2", "n3"]),
    ],
)
async def test_conditions(room: Room, where: dict[str, Any], expected: list[str]) -> None:
    await _fill(room, [0, 1, 2, 3])
    found = (await room.ask(PAGE, ANNA, where=where))["notes"]
    assert [edge["node"]["text"] for edge in found["edges"]] == expected
    assert found["totalCount"] == len(expected)


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ({"and": [{"and": [{"and": [{}]}]}]}, ["where"]),
        ({"text": {"in": ["x"] * 101}}, ["where", "text", "in"]),
        ({"or": [{"text": {"eq": "x"}}] * 33_000}, ["where"]),
    ],
)
async def test_conditions_that_are_too_much(
    room: Room, where: dict[str, Any], field: list[str]
) -> None:
    [error] = (await room.answer(PAGE, ANNA, where=where))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": field}


@given(stars=st.integers(-(2**31), 2**31 - 1), id=st.text(st.characters(codec="utf-8")))
def test_a_cursor_carries_its_row(stars: int, id: str) -> None:
    class Row:
        pass

    row = Row()
    row.stars, row.id = stars, id  # type: ignore[attr-defined]  # any object with the columns
    values = _decode(_encode(row, N.stars, N.id), N.stars, N.id)
    assert [value.value for value in values] == [stars, id]
    assert Note.__name__ == "Note"
