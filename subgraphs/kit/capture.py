"""Defects: captured whole on a connection of their own, masked to the client with an id."""

import json
import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from models.database import SYSTEM, Database
from models.ids import new_id
from models.platform import captured_error
from models.unquoted import without_values

LOG = logging.getLogger("souk.capture")


class Capture(Protocol):
    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        """Keep the defect; the id under which it can be found."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseCapture:
    """Into the platform's table; into `spool`, a file of JSON lines, while the database is away.

    Never raises: where the spool cannot be written either, the defect is logged.
    """

    db: Database
    spool: Path

    async def __call__(
        self, agent: str, path: str, defect: BaseException, correlation_id: str
    ) -> str:
        row = {
            "id": self.db.make_id("err"),
            "agent": agent,
            "path": _storable(path),
            "kind": type(defect).__name__,
            "message": _storable(str(defect))[:2000],
            "traceback": _storable("".join(traceback.format_exception(defect))),
            "correlation_id": _storable(correlation_id),
            "captured_at": self.db.clock(),
        }
        try:
            async with self.db.unit_of_work(SYSTEM) as work:
                await work.execute(insert(captured_error).values(row))
        except Exception:  # noqa: BLE001 boundary: whatever keeps it out of the table
            self._keep(row)
        return str(row["id"])

    async def drain(self) -> int:
        """Bring what was spooled into the table; how many. Repeating it does no harm.

        The spool is moved aside first, so that what comes meanwhile goes into a new one.
        """
        if self.spool.exists():
            self.spool.rename(self.spool.with_name(f"{self.spool.name}.{new_id('spl')}"))
        return sum(
            [await self._bring(file) for file in self.spool.parent.glob(f"{self.spool.name}.spl_*")]
        )

    async def _bring(self, file: Path) -> int:
        rows = list(self._rows(file))
        if rows:
            async with self.db.unit_of_work(SYSTEM) as work:
                await work.execute(upsert(captured_error).on_conflict_do_nothing(), rows)
        file.unlink(missing_ok=True)  # noqa: ASYNC240  # once, at the start
        return len(rows)

    def _keep(self, row: Mapping[str, Any]) -> None:
        line = json.dumps({**row, "captured_at": row["captured_at"].isoformat()}) + "\n"
        try:
            self.spool.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.spool, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line.encode())  # whole, beside other processes' lines
            finally:
                os.close(file)
        except OSError:
            LOG.exception("defect %s could not be kept: %s", row["id"], row["traceback"])

    def _rows(self, file: Path) -> Iterator[dict[str, Any]]:
        """A line that a crash cut short is left out."""
        for line in file.read_bytes().splitlines():
            try:
                row = json.loads(line)
                at = type(self.db.clock()).fromisoformat(row["captured_at"])
            except (ValueError, TypeError, KeyError):
                LOG.warning("a line of %s cannot be read", file)
            else:
                yield {**row, "captured_at": at}


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot store (NUL, lone surrogates), and without what it quotes."""
    text = without_values(text)
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
