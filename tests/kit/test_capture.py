"""Defects are kept whole: in the table, or in a file while the database is away."""

from pathlib import Path

from models.database import Database
from subgraphs.kit.capture import DatabaseCapture
from tests.kit.conftest import Room


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
