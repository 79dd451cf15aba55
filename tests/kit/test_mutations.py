"""Payloads, refusals, dry runs, bulk rows, and mutations that ask another agent first."""

import pytest

from models.database import Cause
from subgraphs.kit import Kind, Principal
from subgraphs.kit.graph import Document, InsideUnitOfWork
from tests.callers import ADMIN, ANONYMOUS, service, staff
from tests.kit.conftest import ANNA, BERT, Room
from tests.kit.room.neighbours import ELSEWHERE, OUTSIDE

WRITE = """mutation($input: WriteNoteInput!) { writeNote(input: $input) {
    note { text stars } events { type subject } errors {
        __typename code message field retryable ... on TooLoudError { loud } } } }"""
EDIT = """mutation($input: EditNoteInput!) { editNote(input: $input) {
    note { text version } errors {
        code field ... on StaleVersionError { expected actual } } } }"""
CHECKED = """mutation($input: WriteNoteInput!) { writeCheckedNote(input: $input) {
    note { text } errors { code retryable } } }"""
BULK = """mutation($input: WriteNotesInput!) { writeNotes(input: $input) {
    results { row note { text } errors { code } } errors { code } } }"""


async def test_what_was_made_and_the_event_with_its_cause(room: Room) -> None:
    made = await room.ask(WRITE, ANNA, input={"text": "milk"})
    assert made == {"writeNote": {"note": {"text": "milk", "stars": 0}, "events": [], "errors": []}}
    [event] = await room.rows(
        "SELECT agent, type, version, sequence, actor, correlation_id, on_behalf_of, data, seed"
        " FROM platform.outbox"
    )
    assert event == (
        "customer", "customer.updated", 1, 1, "cus_ANNA", "req_kit", None,
        {"fields": ["note"]}, False,
    )  # fmt: skip


async def test_a_refusal_is_typed_and_undoes_everything(room: Room) -> None:
    refused = await room.ask(WRITE, ANNA, input={"text": "MILK"})
    assert refused["writeNote"] == {
        "note": None,
        "events": [],
        "errors": [
            {
                "__typename": "TooLoudError",
                "code": "VARIANT_UNAVAILABLE",
                "message": "Not in capitals, please.",
                "field": ["text"],
                "retryable": False,
                "loud": "MILK",
            }
        ],
    }
    assert await room.rows("SELECT * FROM platform.kit_note") == []
    assert await room.rows("SELECT * FROM platform.outbox") == []


async def test_who_may_never_do_it_is_told_so(room: Room) -> None:
    for caller in (ANONYMOUS, staff("note:read")):
        answer = await room.ask(WRITE, caller, input={"text": "milk"})
        assert [error["code"] for error in answer["writeNote"]["errors"]] == ["FORBIDDEN"]
    assert await room.rows("SELECT * FROM platform.kit_note") == []


async def test_a_dry_run_shows_the_entity_and_the_events_and_changes_nothing(room: Room) -> None:
    tried = await room.ask(
        WRITE, ANNA, input={"text": "milk", "dryRun": True, "idempotencyKey": "k"}
    )
    assert tried["writeNote"]["note"] == {"text": "milk", "stars": 0}
    assert [event["type"] for event in tried["writeNote"]["events"]] == ["customer.updated"]
    counts = """SELECT (SELECT count(*) FROM platform.kit_note),
        (SELECT count(*) FROM platform.outbox), (SELECT count(*) FROM platform.idempotency),
        (SELECT count(*) FROM platform.aggregate_sequence)"""
    assert await room.rows(counts) == [(0, 0, 0, 0)]


async def test_a_defect_is_masked_captured_and_undone(room: Room) -> None:
    answer = await room.answer(WRITE, ANNA, input={"text": "bug"})
    [error] = answer["errors"]
    assert error["message"] == "Internal error."
    assert error["extensions"]["code"] == "INTERNAL"
    [row] = await room.rows(
        "SELECT id, agent, path, kind, message, correlation_id FROM platform.captured_error"
    )
    assert row == (
        error["extensions"]["id"], "note", "writeNote", "ZeroDivisionError", "a defect", "req_kit",
    )  # fmt: skip


async def test_an_expected_version_that_is_not_the_actual_one(room: Room) -> None:
    await room.ask(WRITE, ANNA, input={"text": "milk"})
    [(id,)] = await room.rows("SELECT id FROM platform.kit_note")
    edit = {"noteId": id, "text": "tea", "expectedVersion": 1}
    assert (await room.ask(EDIT, ANNA, input=edit))["editNote"] == {
        "note": {"text": "tea", "version": 2},
        "errors": [],
    }
    assert (await room.ask(EDIT, ANNA, input=edit))["editNote"] == {
        "note": None,
        "errors": [
            {"code": "STALE_VERSION", "field": ["expectedVersion"], "expected": 1, "actual": 2}
        ],
    }


async def test_a_foreign_note_is_not_found_to_the_byte_like_an_unknown_one(room: Room) -> None:
    await room.ask(WRITE, ANNA, input={"text": "milk"})
    [(id,)] = await room.rows("SELECT id FROM platform.kit_note")
    foreign = await room.answer(EDIT, BERT, input={"noteId": id, "text": "x"})
    unknown = await room.answer(EDIT, BERT, input={"noteId": "nte_NONE", "text": "x"})
    assert foreign == unknown
    assert foreign["data"]["editNote"]["errors"] == [{"code": "NOT_FOUND", "field": ["noteId"]}]


async def test_each_row_of_a_bulk_has_its_own_outcome_also_when_repeated(room: Room) -> None:
    input = {"texts": ["milk", "LOUD", "tea"], "idempotencyKey": "b1"}
    first = await room.ask(BULK, ANNA, input=input)
    assert first["writeNotes"] == {
        "results": [
            {"row": 0, "note": {"text": "milk"}, "errors": []},
            {"row": 1, "note": None, "errors": [{"code": "VARIANT_UNAVAILABLE"}]},
            {"row": 2, "note": {"text": "tea"}, "errors": []},
        ],
        "errors": [],
    }
    assert await room.ask(BULK, ANNA, input=input) == first
    assert await room.rows("SELECT count(*) FROM platform.kit_note") == [(2,)]


async def test_what_was_prepared_outside_is_used_inside(room: Room) -> None:
    room.library.says = ["checked"]
    made = await room.ask(CHECKED, ANNA, input={"text": "milk"})
    assert made["writeCheckedNote"] == {"note": {"text": "checked"}, "errors": []}
    assert OUTSIDE.undone == []
    [sender] = room.library.asked_by
    assert (sender.id, sender.kind, sender.on_behalf_of) == ("agent:note", "service", "cus_ANNA")
    assert sender.commands == {"Query.check"}


async def test_what_no_longer_holds_is_undone_and_prepared_again(room: Room) -> None:
    room.library.says = ["stale", "stale", "fresh"]
    made = await room.ask(CHECKED, ANNA, input={"text": "milk"})
    assert made["writeCheckedNote"]["note"] == {"text": "fresh"}
    assert OUTSIDE.undone == ["stale", "stale"]


async def test_it_gives_up_on_what_never_holds(room: Room) -> None:
    room.library.says = ["stale"] * 5
    answer = await room.ask(CHECKED, ANNA, input={"text": "milk"})
    assert answer["writeCheckedNote"]["errors"] == [{"code": "UNAVAILABLE", "retryable": True}]
    assert OUTSIDE.undone == ["stale"] * 5
    assert await room.rows("SELECT * FROM platform.kit_note") == []


async def test_a_refusal_after_preparing_undoes_what_was_prepared(room: Room) -> None:
    room.library.says = ["loud"]
    answer = await room.ask(CHECKED, ANNA, input={"text": "milk", "idempotencyKey": "k"})
    assert answer["writeCheckedNote"]["errors"][0]["code"] == "VARIANT_UNAVAILABLE"
    assert OUTSIDE.undone == ["loud"]


async def test_another_agent_that_refuses_to_execute_is_our_defect(room: Room) -> None:
    room.library.says = ["error"]
    answer = await room.answer(CHECKED, ANNA, input={"text": "milk"})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    [(kind,)] = await room.rows("SELECT kind FROM platform.captured_error")
    assert kind == "GraphRefused"


async def test_nobody_waits_for_another_agent_inside_a_transaction(room: Room) -> None:
    room.library.says = ["inside"]
    answer = await room.answer(CHECKED, ANNA, input={"text": "milk"})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    [(kind,)] = await room.rows("SELECT kind FROM platform.captured_error")
    assert kind == InsideUnitOfWork.__name__


async def test_a_service_may_do_what_its_documents_say_and_nothing_by_role(room: Room) -> None:
    copy = """mutation { copyNotes(input: {texts: ["a"], idempotencyKey: "1"}) {
        notes { text } errors { code } } }"""
    allowed = await room.ask(copy, service("order", "copyNotes"))
    assert allowed["copyNotes"] == {"notes": [{"text": "a"}], "errors": []}
    for stranger in (service("order", "writeNote"), service("order"), ANNA, staff("note:write")):
        answer = await room.ask(copy, stranger)
        assert answer["copyNotes"] == {"notes": None, "errors": [{"code": "FORBIDDEN"}]}
    assert (await room.ask(copy, ADMIN))["copyNotes"]["errors"] == []


async def test_a_service_acts_within_the_rows_of_the_customer_it_acts_for(room: Room) -> None:
    await room.ask(WRITE, ANNA, input={"text": "milk"})
    [(id,)] = await room.rows("SELECT id FROM platform.kit_note")
    read = "query($id: ID!) { note(id: $id) { text } }"
    for_anna = service("order", "note", on_behalf_of="cus_ANNA")
    for_bert = service("order", "note", on_behalf_of="cus_BERT")
    for_staff = service("order", "note", on_behalf_of="usr_1")
    assert await room.ask(read, for_anna, id=id) == {"note": {"text": "milk"}}
    assert await room.ask(read, for_bert, id=id) == {"note": None}
    assert await room.ask(read, for_staff, id=id) == {"note": {"text": "milk"}}


async def test_events_of_one_work_are_numbered_per_aggregate(room: Room) -> None:
    for words in ("a", "b"):
        await room.ask(WRITE, ANNA, input={"text": words})
    rows = await room.rows("SELECT aggregate_id, sequence FROM platform.outbox")
    assert [sequence for _, sequence in rows] == [1, 1]
    assert len({aggregate for aggregate, _ in rows}) == 2


def test_a_documents_names_are_all_that_it_may_use() -> None:
    text = "query { notes { edges { node { id ... on Note { text } } } } }"
    below = {"edges", "node", "id", "Note", "text"}
    assert Document("note", "x", text).names == {"Query.notes", *below}
    assert ELSEWHERE.names == {"Query.check"}


async def test_a_field_in_a_services_payload_opens_no_root_field(room: Room) -> None:
    await room.ask(WRITE, ANNA, input={"text": "milk"})
    document = """mutation($i: CopyNoteInput!) { copyNotes(input: $i) {
        notes: notes { text } errors { code } } }"""
    names = Document("note", "copy", document).names
    order = Principal("agent:order", Kind.SERVICE, commands=names)
    copied = await room.ask(document, order, i={"texts": ["a"], "idempotencyKey": "1"})
    assert copied["copyNotes"] == {"notes": [{"text": "a"}], "errors": []}
    answer = await room.answer("{ notes { edges { node { text } } } }", order)
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "FORBIDDEN"}]
    assert "milk" not in str(answer)


@pytest.mark.parametrize("cause", [Cause("usr_1", "req_1")])
def test_a_cause_without_a_chain_begins_one(cause: Cause) -> None:
    assert (cause.causation_id, cause.on_behalf_of) == (None, None)


async def test_a_value_that_its_scalar_refuses_is_bad_input(room: Room) -> None:
    for input in ({"text": 5}, {"text": "milk", "stars": 2**40}, {}):
        [error] = (await room.answer(WRITE, ANNA, input=input))["errors"]
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert await room.rows("SELECT * FROM platform.kit_note") == []


async def test_an_undo_that_fails_hides_no_refusal(room: Room) -> None:
    room.library.says = ["loud"]
    OUTSIDE.fails = True
    answer = await room.ask(CHECKED, ANNA, input={"text": "milk"})
    assert [error["code"] for error in answer["writeCheckedNote"]["errors"]] == [
        "VARIANT_UNAVAILABLE"
    ]
    [row] = await room.rows("SELECT agent, path, kind FROM platform.captured_error")
    assert row == ("note", "writeCheckedNote.undo", "ConnectionError")


COUNT = """mutation($input: CountNotesInput!) { countNotes(input: $input) {
    counted inside errors { code } } }"""


async def test_a_mutation_that_changes_no_entity_tells_how_things_stand(room: Room) -> None:
    """After its commit, and anew for each repeat; what was asked is done once."""
    asked = {"ownerId": "bert", "idempotencyKey": "count"}
    for expected in (1, 1):
        told = await room.ask(COUNT, ADMIN, input=asked)
        assert told["countNotes"] == {"counted": expected, "inside": False, "errors": []}
    await room.ask(COUNT, ADMIN, input={"ownerId": "bert"})
    told = await room.ask(COUNT, ADMIN, input=asked)
    assert told["countNotes"] == {"counted": 2, "inside": False, "errors": []}


async def test_its_refusals_are_as_any_others(room: Room) -> None:
    for who, owner, code in (
        (ADMIN, "BERT", "VARIANT_UNAVAILABLE"),
        (staff("note:read"), "bert", "FORBIDDEN"),
    ):
        told = await room.ask(COUNT, who, input={"ownerId": owner})
        assert told["countNotes"] == {"counted": None, "inside": None, "errors": [{"code": code}]}
    assert await room.rows("SELECT * FROM platform.kit_note") == []
