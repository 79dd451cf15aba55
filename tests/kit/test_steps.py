"""Steps of sagas called off: before, while and after their owner does them; nothing is left."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from tests.callers import ADMIN, service
from tests.kit.conftest import Room

COPY = """mutation($input: CopyNoteInput!) { copyNotes(input: $input) {
    notes { id text } errors { code } } }"""
TEAR = """mutation($input: TearNotesInput!) { tearNotes(input: $input) {
    notes { id stars } errors { code field } } }"""
NOTES = "SELECT text, stars FROM platform.kit_note"
STEP = "saga:copy:ord_1:1"
REFUSED = """INSERT INTO platform.idempotency VALUES ('agent:order', 'copyNotes',
    'saga:copy:ord_1:1', 'h', 'lse', now(), NULL, '{"made": [], "errors": [], "rows": []}')
    RETURNING key"""
as_order = service("order", "copyNotes", "tearNotes", on_behalf_of="cus_ANNA")
as_return = service("aftersales", "copyNotes", "tearNotes")


async def _copy(room: Room, principal: Any = as_order, words: str = "a") -> Any:
    input = {"texts": [words], "idempotencyKey": STEP}
    return (await room.ask(COPY, principal, input=input))["copyNotes"]


async def _tear(room: Room, principal: Any = as_order, step: str = STEP) -> Any:
    input = {"step": step, "idempotencyKey": f"undo {step}"}
    return (await room.ask(TEAR, principal, input=input))["tearNotes"]


CALLED_OFF = {"notes": None, "errors": [{"code": "STEP_CANCELED"}]}
NOTHING_MADE = {"notes": None, "errors": [{"code": "STEP_CANCELED", "field": ["step"]}]}


async def test_what_a_step_made_is_found_by_its_key(room: Room) -> None:
    [copied] = (await _copy(room))["notes"]
    torn = {"notes": [{"id": copied["id"], "stars": -1}], "errors": []}
    assert await _tear(room) == torn
    assert await _tear(room) == torn
    assert await room.rows(NOTES) == [("a", -1)]


@pytest.mark.parametrize("words", ["a", "b"])
async def test_a_command_that_comes_after_its_compensation(room: Room, words: str) -> None:
    assert await _tear(room) == NOTHING_MADE
    for _ in range(2):
        assert await _copy(room, words=words) == CALLED_OFF
    assert await _tear(room) == NOTHING_MADE
    assert await room.rows(NOTES) == []
    assert await room.rows("SELECT id FROM platform.outbox") == []
    kept = await room.rows("SELECT expires_at FROM platform.idempotency WHERE key LIKE 'saga:%'")
    assert kept == [(None,)]


async def test_a_repeat_of_what_was_torn_makes_nothing_new(room: Room) -> None:
    first = await _copy(room)
    await _tear(room)
    assert await _copy(room) == first
    assert await room.rows(NOTES) == [("a", -1)]


async def test_a_step_that_was_refused_stays_refused(room: Room) -> None:
    await room.rows(REFUSED)
    assert await _tear(room) == NOTHING_MADE


async def test_a_step_is_its_callers_own(room: Room) -> None:
    await _copy(room)
    assert await _tear(room, as_return) == NOTHING_MADE
    assert await room.rows(NOTES) == [("a", 0)]


@pytest.mark.parametrize(
    ("principal", "step"), [(ADMIN, STEP), (as_order, "an ordinary key")], ids=["admin", "key"]
)
async def test_only_sagas_have_steps(room: Room, principal: Any, step: str) -> None:
    refused = await _tear(room, principal, step)
    assert refused == {"notes": None, "errors": [{"code": "FORBIDDEN", "field": ["step"]}]}
    assert await room.rows("SELECT key FROM platform.idempotency") == []


@pytest.mark.commits
async def test_a_command_in_progress_is_rolled_back(room: Room) -> None:
    """It has done its work, and holds it open; then its compensation overtakes it."""
    async with room.db.unit_of_work() as blocker:
        await blocker.execute(text("LOCK TABLE platform.kit_note IN SHARE MODE"))
        copying = asyncio.create_task(_copy(room))
        while not await room.rows("SELECT key FROM platform.idempotency"):  # noqa: ASYNC110  # rows tell
            await asyncio.sleep(0.01)
        assert await _tear(room) == NOTHING_MADE
    assert await copying == CALLED_OFF
    assert await room.rows(NOTES) == []
    assert await room.rows("SELECT id FROM platform.outbox") == []


@pytest.mark.commits
async def test_command_and_compensation_at_once_leave_nothing(room: Room) -> None:
    for number in range(15):
        step = f"saga:copy:ord_{number}:1"
        input = {"texts": [step], "idempotencyKey": step}
        copies = [room.ask(COPY, as_order, input=input) for _ in range(2)]
        *_, torn = await asyncio.gather(*copies, _tear(room, step=step))
        assert {error["code"] for error in torn["errors"]} <= {"STEP_CANCELED"}
        await room.ask(COPY, as_order, input=input)
    assert {stars for _, stars in await room.rows(NOTES)} <= {-1}
