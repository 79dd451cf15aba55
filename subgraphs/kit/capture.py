"""Defects: captured whole on a connection of their own, masked to the client with an id."""

import json
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from models.database import SYSTEM, Database
from models.platform import captured_error


class Capture(Protocol):
    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        """Keep the defect; the id under which it can be found."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseCapture:
    """Into the platform's table; into `spool`, a file of JSON lines, while the database is away."""

    db: Database
    spool: Path

    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        row = {
            "id": self.db.make_id("err"),
            "agent": agent,
            "path": path,
            "kind": type(defect).__name__,
            "message": str(defect)[:2000],
            "traceback": "".join(traceback.format_exception(defect)),
            "correlation_id": correlation_id,
            "captured_at": self.db.clock(),
        }
        try:
            async with self.db.unit_of_work(SYSTEM) as work:
                await work.execute(insert(captured_error).values(row))
        except (SQLAlchemyError, OSError):
            self._keep(row)
        return str(row["id"])

    async def drain(self) -> int:
        """Bring what was spooled into the table; how many. Repeating it does no harm."""
        if not self.spool.exists():
            return 0
        rows = [self._parse(line) for line in self.spool.read_text().splitlines()]
        async with self.db.unit_of_work(SYSTEM) as work:
            await work.execute(upsert(captured_error).on_conflict_do_nothing(), rows)
        self.spool.unlink()
        return len(rows)

    def _keep(self, row: dict[str, Any]) -> None:
        self.spool.parent.mkdir(parents=True, exist_ok=True)
        with self.spool.open("a") as file:
            file.write(json.dumps({**row, "captured_at": row["captured_at"].isoformat()}) + "\n")

    def _parse(self, line: str) -> dict[str, Any]:
        row = json.loads(line)
        return {**row, "captured_at": type(self.db.clock()).fromisoformat(row["captured_at"])}
