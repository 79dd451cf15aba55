"""An agent with a saga: an editor who has notes copied, waits for approval, and publishes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from models.database import Cause, Database, UnitOfWork
from subgraphs.kit import Document, Info, anyone, query, sagas, subgraph
from subgraphs.kit.agents import Agents
from subgraphs.kit.capture import DatabaseCapture
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.roster import Roster
from subgraphs.kit.saga_store import SagaRow
from subgraphs.kit.saga_worker import Sagas
from subgraphs.kit.sagas import (
    Command,
    Input,
    Refusal,
    Run,
    Saga,
    Step,
    StepRow,
    Then,
    Undo,
    Wait,
)
from subgraphs.kit.worker import Worker
from tests.kit.room.schema import schema
from tests.kit.room.tables import create_table

ISSUES = text("CREATE TABLE platform.kit_issue (id text PRIMARY KEY, status text NOT NULL)")
ADD = text("INSERT INTO platform.kit_issue VALUES (:id, 'open')")
LOCK = text("SELECT status FROM platform.kit_issue WHERE id = :id FOR UPDATE")
SET = text("UPDATE platform.kit_issue SET status = :status WHERE id = :id")
COPY = Document(
    "note",
    "copy",
    """mutation ($input: CopyNoteInput!) { copyNotes(input: $input) {
        notes { id } errors { code message retryable } } }""",
)
TEAR = Document(
    "note",
    "tear",
    """mutation ($input: TearNotesInput!) { tearNotes(input: $input) {
        notes { id } errors { code message retryable } } }""",
)


async def become(work: UnitOfWork, id: str, status: str) -> None:
    await work.rows(LOCK, {"id": id})
    await work.execute(SET, {"id": id, "status": status})


async def _gate(info: Info, work: UnitOfWork, run: Run) -> str | None:
    [(status,)] = await work.rows(LOCK, {"id": run.id})
    return "release" if status == "held" else None


async def _drop(info: Info, work: UnitOfWork, run: Run) -> None:
    await become(work, run.id, "dropped")


async def _publish(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> None:
    await become(work, run.id, "published")


def _copying(words: str) -> Command:
    async def input(info: Info, work: UnitOfWork, run: Run, subject: str) -> Input:
        return {"texts": [words, subject]}

    return Command(COPY, input)


def _tear(run: Run, row: StepRow) -> Input:
    return {"step": row.key}


async def _too_late(info: Info, work: UnitOfWork, run: Run) -> Then:
    await become(work, run.id, "dropped")
    return Then.COMPENSATE


async def _again(info: Info, work: UnitOfWork, run: Run, row: StepRow) -> Then:
    return Then.AGAIN if row.generation < 2 else Then.COMPENSATE


def _whole(info: Info, outcome: Input) -> Refusal | None:
    return None if len(outcome) == 2 else Refusal("TORN", "Half of it is gone.")


def _parts(run: Run) -> list[str]:
    return [f"{run.id}/1", f"{run.id}/2"]


BACK = Undo(TEAR, _tear)
DAY = timedelta(days=1)
ISSUE = Saga(
    "issue",
    1,
    [
        [
            Step("draft", "note", command=_copying("draft"), undo=BACK),
            Step("cover", "note", command=_copying("cover"), undo=BACK, subjects=_parts),
            Step("censor", "censor", absent=sagas.skip),
        ],
        [Step("approval", wait=Wait("approved", lambda info: DAY, _too_late))],
        [
            Step(
                "publish",
                "note",
                command=_copying("publish"),
                accepts=_whole,
                done=_publish,
                refused=_again,
                undo=BACK,
            )
        ],
        [Step("print", "press")],
    ],
    _gate,
    _drop,
)


@query(anyone)
async def masthead(info: Info) -> str:
    return "The Note"


def editor(*versions: Saga) -> Any:
    return subgraph("editor", queries=[masthead], documents=[COPY, TEAR], sagas=versions)


Happening = Callable[[Document, Mapping[str, Any]], Awaitable[None]]


async def nothing(document: Document, variables: Mapping[str, Any]) -> None:
    """The way is as it always was."""


@dataclass
class Way:
    """The way to the note agent; what `before` and `after` raise the editor gets."""

    notes: Agents
    before: Happening = nothing
    after: Happening = nothing
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        self.sent.append((document.name, variables["input"]["idempotencyKey"]))
        await self.before(document, variables)
        answer = await self.deliver(document, variables, sender, correlation)
        await self.after(document, variables)
        return answer

    async def deliver(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        result = await self.notes.execute("note", document.text, variables, sender, correlation)
        return {"data": result.data, "errors": [each.formatted for each in result.errors or ()]}


@dataclass
class Desk:
    """The editor's agent, its way to the notes, and what lies on the desk."""

    db: Database
    spool: Path
    sagas: tuple[Saga, ...] = (ISSUE,)
    others: frozenset[str] = frozenset({"note"})

    def __post_init__(self) -> None:
        capture = DatabaseCapture(self.db, self.spool)
        notes = Agents({"note": schema}, self.db, capture, lease=timedelta(seconds=1))
        self.way = Way(notes)
        self.capture = capture

    async def open(self) -> "Desk":
        await create_table(self.db)
        async with self.db.unit_of_work() as work:
            await work.execute(ISSUES)
        return self

    @property
    def agents(self) -> Agents:
        return Agents(
            {"editor": editor(*self.sagas)},
            self.db,
            self.capture,
            {Roster: Roster(self.others)},
            remote=self.way,
        )

    def worker(self, poll: float = 30) -> Worker[SagaRow]:
        return Worker(self.db, Sagas(self.agents), self.capture, poll=timedelta(seconds=poll))

    async def begin(self, id: str = "iss_1") -> None:
        async with self.db.unit_of_work(Cause("cus_ANNA", "req_1")) as work:
            await work.execute(ADD, {"id": id})
            await sagas.begin(work, self.sagas[0], id)

    async def approve(self, id: str = "iss_1") -> bool:
        async with self.db.unit_of_work() as work:
            return await sagas.tell(work, "issue", id, "approved", {"by": "usr_1"})

    async def cancel(self, id: str = "iss_1") -> bool:
        async with self.db.unit_of_work() as work:
            await become(work, id, "dropped")
            return await sagas.cancel(work, "issue", id)

    async def be(self, status: str, id: str = "iss_1") -> None:
        async with self.db.unit_of_work() as work:
            await become(work, id, status)
            await sagas.wake(work, "issue", id)

    async def go(self) -> None:
        """Until nothing is due any more."""
        worker = self.worker()
        while await worker.tick():
            pass

    async def rows(self, sql: str) -> list[Any]:
        return [tuple(row) for row in await self.db.rows(text(sql))]

    async def saga(self) -> Any:
        [row] = await self.rows("SELECT state, waits_for, due_at FROM platform.saga")
        return row

    async def steps(self) -> list[Any]:
        return await self.rows(
            "SELECT step, subject, generation, state FROM platform.saga_step"
            " ORDER BY array_position(ARRAY['censor', 'cover', 'draft', 'approval', 'publish',"
            " 'print'], step), subject, generation"
        )

    async def status(self) -> str:
        [(status,)] = await self.rows("SELECT status FROM platform.kit_issue")
        return str(status)

    async def kept(self) -> list[str]:
        """The words of what was copied and not torn."""
        rows = await self.rows(
            "SELECT text FROM platform.kit_note WHERE stars = 0"
            " AND text NOT LIKE 'iss%' ORDER BY text"
        )
        return [words for (words,) in rows]


def away(*names: str) -> Happening:
    async def fail(document: Document, variables: Mapping[str, Any]) -> None:
        if document.name in names:
            raise GraphUnavailable("no way")

    return fail
