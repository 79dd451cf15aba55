"""`_entities`, batched fields and denials: same order, null or error in each one's own place."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from subgraphs.kit import ID, Info, resolver
from subgraphs.kit.entities import Entities
from tests.callers import ADMIN, ANONYMOUS, reader
from tests.kit.conftest import ANNA, BERT, Room
from tests.kit.room.policy import READ
from tests.kit.room.types import Note

WRITE = "mutation($t: String!) { writeNote(input: {text: $t}) { note { id } } }"
ENTITIES = """query($r: [_Any!]!) { _entities(representations: $r) {
    __typename ... on Note { text } ... on Customer { noteCount } } }"""


async def _note(room: Room, words: str) -> str:
    made = await room.ask(WRITE, ANNA, t=words)
    return str(made["writeNote"]["note"]["id"])


def _ref(id: str) -> dict[str, str]:
    return {"__typename": "Note", "id": id}


async def test_interleaved_duplicate_missing_and_malformed(room: Room) -> None:
    first, second = await _note(room, "milk"), await _note(room, "tea")
    answer = await room.answer(
        ENTITIES,
        r=[
            _ref(second),
            {"__typename": "Customer", "id": "cus_ANNA"},
            _ref(first),
            _ref("nte_NONE"),
            _ref(second),
            {"__typename": "Customer", "id": "cus_NONE"},
            {"__typename": "Nothing", "id": "x"},
            {"__typename": "Note"},
            {"__typename": "Note", "id": 7},
            {"__typename": "Customer"},
            {"__typename": "Customer", "id": 7},
        ],
    )
    assert answer["data"]["_entities"] == [
        {"__typename": "Note", "text": "tea"},
        {"__typename": "Customer", "noteCount": 2},
        {"__typename": "Note", "text": "milk"},
        None,
        {"__typename": "Note", "text": "tea"},
        {"__typename": "Customer", "noteCount": 0},
        *[None] * 5,
    ]
    assert [(error["path"], error["message"]) for error in answer["errors"]] == [
        (["_entities", 6], "No entity 'Nothing' with such a key here."),
        (["_entities", 7], "No entity 'Note' with such a key here."),
        (["_entities", 8], "No entity 'Note' with such a key here."),
        (["_entities", 9], "No entity 'Customer' with such a key here."),
        (["_entities", 10], "No entity 'Customer' with such a key here."),
    ]


async def test_a_compound_key(room: Room) -> None:
    await _note(room, "milk")
    keys = [
        {"__typename": "Note", "ownerId": "cus_ANNA", "text": "milk"},
        {"__typename": "Note", "ownerId": "cus_ANNA", "text": "tea"},
    ]
    assert (await room.ask(ENTITIES, r=keys))["_entities"] == [
        {"__typename": "Note", "text": "milk"},
        None,
    ]


async def test_a_foreign_note_is_an_unknown_one_by_every_way_in(room: Room) -> None:
    id = await _note(room, "milk")
    root = "query($id: ID!) { note(id: $id) { text } }"
    for document, foreign, unknown in (
        (root, {"id": id}, {"id": "nte_NONE"}),
        (ENTITIES, {"r": [_ref(id)]}, {"r": [_ref("nte_NONE")]}),
        (
            ENTITIES,
            {"r": [{"__typename": "Customer", "id": "cus_ANNA"}]},
            {"r": [{"__typename": "Customer", "id": "cus_NONE"}]},
        ),
    ):
        assert await room.answer(document, BERT, **foreign) == await room.answer(
            document, BERT, **unknown
        )


async def test_a_denied_role_gets_an_error_in_each_place(room: Room) -> None:
    id = await _note(room, "milk")
    answer = await room.answer(ENTITIES, ANONYMOUS, r=[_ref(id), _ref("nte_NONE")])
    assert answer["data"]["_entities"] == [None, None]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"] * 2


async def test_one_statement_however_many_parents(room: Room, statements: list[str]) -> None:
    refs = [_ref(await _note(room, f"note {n}")) for n in range(12)]
    counts = []
    for size in (1, 12):
        before = len(statements)
        await room.ask(ENTITIES, ADMIN, r=refs[:size])
        counts.append(len([s for s in statements[before:] if s.startswith("SELECT")]))
    assert counts == [1, 1]


async def test_a_field_of_its_own_policy(room: Room) -> None:
    id = await _note(room, "milk")
    read = "query($id: ID!) { note(id: $id) { text secret } }"
    assert (await room.ask(read, reader("note"), id=id))["note"]["secret"] == "klim"
    answer = await room.answer(read, ANNA, id=id)
    assert answer["data"]["note"] == {"text": "milk", "secret": None}
    [error] = answer["errors"]
    assert (error["path"], error["extensions"]) == (["note", "secret"], {"code": "FORBIDDEN"})


async def test_one_parents_failure_is_its_own(room: Room) -> None:
    for words in ("none", "milk"):
        await _note(room, words)
    answer = await room.answer("{ notes { edges { node { text secret } } } }")
    assert [edge["node"] for edge in answer["data"]["notes"]["edges"]] == [
        {"text": "none", "secret": None},
        {"text": "milk", "secret": "klim"},
    ]
    assert [error["path"] for error in answer["errors"]] == [
        ["notes", "edges", 0, "node", "secret"]
    ]
    assert answer["errors"][0]["message"] == "Internal error."


@pytest.mark.parametrize("representation", ["text", 1, None, ["a"]])
async def test_a_representation_that_is_no_object(room: Room, representation: object) -> None:
    answer = await room.answer(ENTITIES, r=[representation])
    assert len(answer["errors"]) == 1
    assert "INTERNAL" not in str(answer["errors"])


async def test_an_entity_that_is_another_than_asked_for_is_a_defect(room: Room) -> None:
    """A resolver that answers as its table does, and not in the order of the keys."""
    at = datetime.now(UTC)
    notes = {
        id: Note(id=ID(id), owner_id=ID("cus_ANNA"), text=id, stars=0, version=1, created_at=at)
        for id in "abc"
    }

    async def sorted_by_id(ids: Sequence[ID], _info: Info) -> list[Note | None]:
        return [notes.get(id) for id in sorted(ids)]

    found = Entities([resolver(Note, "id", READ)(sorted_by_id)], [])
    context = room.agents.context("note", ADMIN, "req_kit")
    answers = await found.resolve(context, [_ref(id) for id in ("a", "c", "b", "none")])
    assert answers[0] is notes["a"]
    assert [str(answer) for answer in answers[1:]] == [
        "Note c was asked for, and b answered",
        "Note b was asked for, and c answered",
        "None",
    ]
