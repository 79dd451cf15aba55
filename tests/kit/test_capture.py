"""Defects are kept whole: in the table, or in a file while the database is away."""

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from events.parked import reason_of
from models.database import SYSTEM, Cause, Database, UnitOfWork
from subgraphs.kit.capture import DatabaseCapture
from tests.kit.conftest import Room
from tests.kit.room.tables import note

PERSONAL = "anna@example.org\nat home"


async def test_the_spool_holds_what_the_database_could_not_take(room: Room, tmp_path: Path) -> None:
    away = Database("postgresql+asyncpg://souk@127.0.0.1:1/none")
    spool = tmp_path / "deep" / "spool.jsonl"
    id = await DatabaseCapture(away, spool)("order", "placeOrder", ValueError("no"), "req_1")
    assert len(spool.read_text().splitlines()) == 1
    back = DatabaseCapture(room.db, spool)
    assert await back.drain() == 1
    assert await back.drain() == 0
    rows = await room.rows(
        "SELECT id, agent, kind, message, correlation_id FROM platform.captured_error"
    )
    assert rows == [(id, "order", "ValueError", "no", "req_1")]
    await away.close()


async def test_the_whole_trace_is_kept(room: Room) -> None:
    answer = await room.answer("{ broken }")
    assert "hunter2" not in str(answer)
    [(trace,)] = await room.rows("SELECT traceback FROM platform.captured_error")
    assert 'raise RuntimeError("the password is hunter2")' in trace


@pytest.fixture
async def away() -> AsyncIterator[Database]:
    db = Database("postgresql+asyncpg://souk@127.0.0.1:1/none")
    yield db
    await db.close()


async def test_what_postgresql_cannot_store_is_replaced(room: Room) -> None:
    capture = DatabaseCapture(room.db, room.spool)
    await capture("order", "x", ValueError("a\0b\ud800c"), "req_1")
    assert not room.spool.exists()
    rows = await room.rows("SELECT message, traceback LIKE '%a�b?c%' FROM platform.captured_error")
    assert rows == [("a�b?c", True)]


@pytest.mark.parametrize(
    "statement", ["SELECT CAST(:it AS int)", "SELECT CAST(CAST(:it AS text) AS int)"]
)
async def test_no_value_that_the_database_could_not_take_is_kept(
    room: Room, statement: str
) -> None:
    """Neither the driver, which cannot send it, nor the server, which cannot read it, is quoted."""
    with pytest.raises(DBAPIError) as refused:
        async with room.db.unit_of_work() as work:
            await work.rows(text(statement), {"it": PERSONAL})
    assert PERSONAL.partition("\n")[0] in str(refused.value)  # or there would be nothing to hide
    await DatabaseCapture(room.db, room.spool)("order", "x", refused.value, "req_1")
    [(message, trace)] = await room.rows("SELECT message, traceback FROM platform.captured_error")
    for kept in (message, trace, reason_of(refused.value)):
        assert "not kept" in kept
        assert "anna" not in kept
        assert "at home" not in kept


async def test_a_broken_line_in_the_spool_stops_no_other(room: Room, away: Database) -> None:
    id = await DatabaseCapture(away, room.spool)("order", "x", ValueError("no"), "req_1")
    whole = room.spool.read_text()
    room.spool.write_text(whole[:40] + "\n" + whole + "[]\n" + whole[:-30])
    assert await DatabaseCapture(room.db, room.spool).drain() == 1
    assert await room.rows("SELECT id FROM platform.captured_error") == [(id,)]
    assert list(room.spool.parent.iterdir()) == []


async def test_an_empty_spool_is_nothing(room: Room) -> None:
    room.spool.touch()
    assert await DatabaseCapture(room.db, room.spool).drain() == 0
    assert await room.rows("SELECT id FROM platform.captured_error") == []


async def test_what_is_spooled_during_a_drain_is_kept_for_the_next(
    room: Room, away: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    spooling = DatabaseCapture(away, room.spool)
    first = await spooling("order", "x", ValueError("one"), "req_1")
    later: list[str] = []
    capture, unit_of_work = DatabaseCapture(room.db, room.spool), room.db.unit_of_work

    @asynccontextmanager
    async def meanwhile(cause: Cause = SYSTEM) -> AsyncIterator[UnitOfWork]:
        later.append(await spooling("order", "x", ValueError("two"), "req_2"))
        async with unit_of_work(cause) as work:
            yield work

    monkeypatch.setattr(room.db, "unit_of_work", meanwhile)
    assert await capture.drain() == 1
    monkeypatch.undo()
    assert await capture.drain() == 1
    assert len(later) == 1
    rows = await room.rows("SELECT id FROM platform.captured_error ORDER BY id")
    assert rows == [(first,), (later[0],)]


async def test_only_its_owner_may_read_the_spool(away: Database, tmp_path: Path) -> None:
    spool = tmp_path / "deep" / "spool.jsonl"
    await DatabaseCapture(away, spool)("order", "x", ValueError("no"), "req_1")
    assert stat.S_IMODE(spool.stat().st_mode) == 0o600
    assert stat.S_IMODE(spool.parent.stat().st_mode) == 0o700


async def test_a_spool_that_cannot_be_written_is_no_second_defect(
    away: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    capture = DatabaseCapture(away, tmp_path / "file" / "spool.jsonl")
    id = await capture("order", "placeOrder", ValueError("no"), "req_1")
    assert id in caplog.text
    assert "ValueError: no" in caplog.text


async def test_no_personal_data_comes_with_a_statement_that_failed(room: Room) -> None:
    row = {"id": "nte_1", "owner_id": "x", "text": "anna@example.org", "stars": 0, "version": 1}
    row["created_at"] = room.db.clock()
    capture = DatabaseCapture(room.db, room.spool)
    async with room.db.unit_of_work() as work:
        await work.execute(text("CREATE UNIQUE INDEX ON platform.kit_note (text)"))
    with pytest.raises(IntegrityError) as failed:
        async with room.db.unit_of_work() as work:
            await work.execute(insert(note), [row, row | {"id": "nte_2"}])
    await capture("order", "x", failed.value, "req_1")
    [(message, trace)] = await room.rows("SELECT message, traceback FROM platform.captured_error")
    assert "kit_note_text_idx" in message
    assert "anna@" not in message + trace
