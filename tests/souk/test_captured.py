"""The gateway's own defects are kept like the agents', under the request that met them."""

from pathlib import Path

from sqlalchemy import text

from gateway.context import REQUEST_ID
from models.database import Database
from souk.assembly import captured
from subgraphs.kit.capture import DatabaseCapture


async def test_a_defect_of_the_gateway_bears_the_id_of_its_request(
    db: Database, tmp_path: Path
) -> None:
    tell = captured(DatabaseCapture(db, tmp_path / "errors.jsonl"))
    before = REQUEST_ID.set("req_17")
    try:
        id = await tell("subgraph order", KeyError("x"))
    finally:
        REQUEST_ID.reset(before)
    rows = await db.rows(
        text("SELECT id, agent, path, kind, correlation_id FROM platform.captured_error")
    )
    assert [tuple(row) for row in rows] == [(id, "gateway", "subgraph order", "KeyError", "req_17")]
