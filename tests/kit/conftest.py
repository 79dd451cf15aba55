"""The test room, on a database that has its table."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, text

from models.database import Database
from subgraphs.kit import Principal
from subgraphs.kit.agents import LEASE, Agents
from subgraphs.kit.capture import DatabaseCapture
from tests.callers import ADMIN, customer
from tests.kit.room.neighbours import OUTSIDE, Library
from tests.kit.room.schema import schema
from tests.kit.room.tables import create_table

ANNA = customer("cus_ANNA")
BERT = customer("cus_BERT")

Rows = Callable[[str], Coroutine[Any, Any, list[Any]]]


@dataclass
class Room:
    """The notes agent, its only neighbour, and what it has captured."""

    db: Database
    spool: Path
    library: Library = field(default_factory=Library)
    lease: timedelta = LEASE

    @property
    def agents(self) -> Agents:
        capture = DatabaseCapture(self.db, self.spool)
        return Agents({"note": schema}, self.db, capture, remote=self.library, lease=self.lease)

    async def answer(
        self, document: str, principal: Principal = ADMIN, **variables: Any
    ) -> dict[str, Any]:
        """The GraphQL response, errors and all."""
        result = await self.agents.execute("note", document, variables, principal, "req_kit")
        return {"data": result.data, "errors": [e.formatted for e in result.errors or ()]}

    async def ask(self, document: str, principal: Principal = ADMIN, **variables: Any) -> Any:
        """The data, where there are no errors."""
        answer = await self.answer(document, principal, **variables)
        assert answer["errors"] == []
        return answer["data"]

    async def rows(self, sql: str) -> list[Any]:
        statement: Executable = text(sql)
        return [tuple(row) for row in await self.db.rows(statement)]


@pytest.fixture
async def room(db: Database, tmp_path: Path) -> Room:
    await create_table(db)
    OUTSIDE.answers.clear()
    OUTSIDE.undone.clear()
    OUTSIDE.fails = False
    return Room(db, tmp_path / "spool.jsonl")
