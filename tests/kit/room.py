"""A room as small as it can be, with everything in it that the kit offers: notes people own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select, text, update

from events.catalog.customer import CustomerUpdated
from events.outbox import emit
from models.database import Database, inside_unit_of_work
from models.error_codes import ErrorCode
from models.tables import Time
from subgraphs.kit import (
    ID,
    Connection,
    DateTimeFilter,
    Direction,
    Document,
    Info,
    Intent,
    IntFilter,
    MoneyInput,
    NotFoundError,
    Private,
    Refused,
    Row,
    StringFilter,
    Superseded,
    Timer,
    UnitOfWork,
    UserError,
    anyone,
    check_version,
    derived,
    entity,
    enum,
    error,
    extension,
    input,
    invalid,
    keyset,
    lookup,
    matching,
    mutation,
    owner_or,
    prepared,
    query,
    reported,
    resolver,
    service,
    staff,
    subgraph,
)
from subgraphs.kit import (
    field as batched,
)
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.intents import Payload
from subgraphs.kit.steps import made_by_step

READ = owner_or(staff("note:read"))
WRITE = owner_or(staff("note:write"))

note = Table(
    "kit_note",
    MetaData(),
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("stars", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Time, nullable=False),
    schema="platform",
)
N = note.c

CREATE = text("""
    CREATE TABLE platform.kit_note (
        id text PRIMARY KEY, owner_id text NOT NULL, text text NOT NULL, stars int NOT NULL,
        version int NOT NULL, created_at timestamptz NOT NULL)
""")


async def create_table(db: Database) -> None:
    async with db.unit_of_work() as work:
        await work.execute(CREATE)


@dataclass
class Outside:
    """What the prepared mutation meets in the other agent's place, and what it was asked."""

    answers: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    fails: bool = False


OUTSIDE = Outside()
ELSEWHERE = Document("library", "check", "query($t: String!) { check(text: $t) }")


@error
class TooLoudError(UserError):
    code: ErrorCode = ErrorCode.VARIANT_UNAVAILABLE
    message: str = "Not in capitals, please."
    loud: str


@entity("id", "owner_id text")
class Note:
    """Something that somebody wrote down."""

    id: ID
    owner_id: Private[ID]
    text: str
    stars: int
    version: int
    created_at: datetime

    @derived
    def length(self) -> int:
        return len(self.text)


@extension("id")
class Customer:
    id: ID


@enum
class NoteSortField(Enum):
    STARS = "stars"
    CREATED_AT = "created_at"


@input
class NoteSort:
    field: NoteSortField = NoteSortField.CREATED_AT
    direction: Direction = Direction.ASC


@input
class NoteWhere:
    text: StringFilter | None = None
    stars: IntFilter | None = None
    created_at: DateTimeFilter | None = None
    and_: "list[NoteWhere] | None" = strawberry.field(name="and", default=None)
    or_: "list[NoteWhere] | None" = strawberry.field(name="or", default=None)


async def _by(info: Info, condition: Any) -> list[Note]:
    rows = select(note).where(condition, info.scope.covers(N.owner_id))
    return await info.db.fetch(rows, Note)


@resolver(Note, "id", READ)
async def notes_by_id(ids: Sequence[ID], info: Info) -> list[Note | None]:
    found = {each.id: each for each in await _by(info, N.id.in_(ids))}
    return [found.get(id) for id in ids]


@resolver(Note, "owner_id text", READ)
async def notes_by_text(keys: Sequence[tuple[ID, str]], info: Info) -> list[Note | None]:
    found = {(each.owner_id, each.text): each for each in await _by(info, N.id.is_not(None))}
    return [found.get(key) for key in keys]


@query(READ)
async def notes(
    info: Info,
    where: NoteWhere | None = None,
    order_by: NoteSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Note]:
    order = order_by or NoteSort()
    rows = select(note).where(info.scope.covers(N.owner_id), *matching(where, note))
    return await keyset(
        info.db,
        rows,
        Note,
        by=N[order.field.value],
        tiebreak=N.id,
        direction=order.direction,
        first=first,
        after=after,
    )


@query(anyone)
async def broken(info: Info) -> str:
    raise RuntimeError("the password is hunter2")


@query(anyone)
async def echo(info: Info, money: MoneyInput | None = None) -> Decimal | None:
    return None if money is None else money.amount


@batched(Customer, READ)
async def note_count(parents: Sequence[Customer], info: Info) -> list[int]:
    rows = select(N.owner_id).where(
        N.owner_id.in_([parent.id for parent in parents]), info.scope.covers(N.owner_id)
    )
    owners = [row.owner_id for row in await info.db.rows(rows)]
    return [owners.count(parent.id) for parent in parents]


@batched(Note, staff("note:read"))
async def secret(parents: Sequence[Note], info: Info) -> list[str | Exception]:
    return [NameError("no secret") if p.text == "none" else p.text[::-1] for p in parents]


@input
class WriteNoteInput:
    text: str
    stars: int = 0
    dry_run: bool = False
    idempotency_key: str | None = None


@mutation(WRITE, TooLoudError)
async def write_note(info: Info, work: UnitOfWork, input: WriteNoteInput) -> Note:
    if input.text.isupper():
        raise Refused(TooLoudError(loud=input.text, field=["text"]))
    if input.text == "bug":
        raise ZeroDivisionError("a defect")
    return await _add(work, info.scope.owner or info.principal.id, input.text, input.stars)


@input
class EditNoteInput:
    note_id: ID
    text: str
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(WRITE)
async def edit_note(info: Info, work: UnitOfWork, input: EditNoteInput) -> Note:
    found = select(note).where(N.id == input.note_id, info.scope.covers(N.owner_id))
    for old in await work.fetch(found.with_for_update(), Note):
        check_version(old.version, input.expected_version)
        changed = update(note).where(N.id == old.id)
        changed = changed.values(text=input.text, version=old.version + 1)
        return (await work.fetch(changed.returning(*N), Note))[0]
    raise Refused(NotFoundError(field=["noteId"]))


@input
class WriteNotesInput:
    texts: list[str]
    idempotency_key: str


@mutation(WRITE, TooLoudError)
async def write_notes(info: Info, work: UnitOfWork, input: WriteNotesInput) -> list[Row[Note]]:
    rows = []
    for place, words in enumerate(input.texts):
        if words.isupper():
            rows.append(Row[Note](row=place, entity=None, errors=[TooLoudError(loud=words)]))
        else:
            made = await _add(work, info.principal.id, words, 0)
            rows.append(Row(row=place, entity=made))
    return rows


@input
class CopyNoteInput:
    texts: list[str]
    idempotency_key: str


@mutation(service)
async def copy_notes(info: Info, work: UnitOfWork, input: CopyNoteInput) -> list[Note]:
    if not input.texts:
        raise invalid("At least one.", "texts")
    owner = info.scope.owner or info.principal.id
    return [await _add(work, owner, words, 0) for words in input.texts]


@input
class TearNotesInput:
    step: str
    idempotency_key: str


async def _copied(info: Info, input: TearNotesInput) -> list[str]:
    return await made_by_step(info, copy_notes, input.step)


@prepared(service, prepare=_copied)
async def tear_notes(
    info: Info, work: UnitOfWork, input: TearNotesInput, copied: list[str]
) -> list[Note]:
    """The compensation of `copyNotes`: torn, notes have no stars."""
    torn = update(note).where(N.id.in_(copied)).values(stars=-1).returning(*N)
    return await work.fetch(torn, Note)


@dataclass(frozen=True, slots=True)
class Counting:
    """What was asked: to count somebody's notes."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Counted:
    counted: int
    inside: bool


async def _countings(ids: Sequence[str], info: Info) -> list[Counting | None]:
    return [Counting(id, 1) for id in ids]


async def _count(info: Info, asked: Counting) -> Counted:
    rows = await info.db.rows(select(N.id).where(N.owner_id == asked.id))
    return Counted(counted=len(rows), inside=inside_unit_of_work())


@input
class CountNotesInput:
    owner_id: ID
    idempotency_key: str | None = None


@reported(WRITE, TooLoudError, find=_countings, tell=_count)
async def count_notes(info: Info, work: UnitOfWork, input: CountNotesInput) -> Counting:
    if input.owner_id.isupper():
        raise Refused(TooLoudError(loud=input.owner_id))
    await _add(work, input.owner_id, "counted", 0)
    return Counting(input.owner_id, 1)


async def _ask_outside(info: Info, input: WriteNoteInput) -> str:
    answer = await info.graph.send(ELSEWHERE, {"t": input.text})
    OUTSIDE.answers.append(answer["check"])
    return str(answer["check"])


async def _undo(info: Info, input: WriteNoteInput, checked: str) -> None:
    if OUTSIDE.fails:
        raise ConnectionError("the library is closed")
    OUTSIDE.undone.append(checked)


@prepared(WRITE, TooLoudError, prepare=_ask_outside, undo=_undo)
async def write_checked_note(
    info: Info, work: UnitOfWork, input: WriteNoteInput, checked: str
) -> Note:
    if checked == "stale":
        raise Superseded
    if checked == "loud":
        raise Refused(TooLoudError(loud=input.text))
    if checked == "inside":
        await info.graph.send(ELSEWHERE, {"t": input.text})
    return await _add(work, info.principal.id, checked, 0)


async def _add(work: UnitOfWork, owner: str, words: str, stars: int) -> Note:
    made = Note(
        id=ID(work.new_id("nte")),
        owner_id=ID(owner),
        text=words,
        stars=stars,
        version=1,
        created_at=work.now,
    )
    await work.execute(
        insert(note).values(
            id=made.id,
            owner_id=owner,
            text=words,
            stars=stars,
            version=1,
            created_at=work.now,
        )
    )
    emit(work, CustomerUpdated(aggregate_id=made.id, fields=["note"]))
    return made


async def _age(work: UnitOfWork, key: str) -> None:
    if key == "bug":
        raise ZeroDivisionError("a defect in a timer")
    await work.execute(update(note).where(N.id == key).values(stars=N.stars + 1))


AGE = Timer("note_age", _age)


async def _borrow(info: Info, key: str, payload: Payload) -> str:
    answer = await info.graph.send(ELSEWHERE, {"t": payload["text"], "key": key})
    return str(answer["check"])


async def _keep(info: Info, work: UnitOfWork, key: str, payload: Payload, borrowed: str) -> None:
    await _add(work, str(info.principal.on_behalf_of), borrowed, 0)
    if borrowed == "bug":
        raise ZeroDivisionError("a defect in what records")


BORROW = Intent("note_borrow", _borrow, _keep)

schema = subgraph(
    "note",
    queries=[lookup(notes_by_id), notes, broken, echo],
    mutations=[
        write_note,
        edit_note,
        write_notes,
        copy_notes,
        tear_notes,
        write_checked_note,
        count_notes,
    ],
    resolvers=[notes_by_id, notes_by_text],
    fields=[note_count, secret],
    documents=[ELSEWHERE],
    timers=[AGE],
    intents=[BORROW],
)


@dataclass
class Library:
    """The other agent: answers what the test has put into `says`, one after the other."""

    says: list[str] = field(default_factory=list)
    asked_by: list[Any] = field(default_factory=list)
    was_asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def send(
        self, document: Document, variables: Mapping[str, Any], sender: Any, correlation: str
    ) -> Mapping[str, Any]:
        self.asked_by.append(sender)
        self.was_asked.append(variables)
        said = self.says.pop(0)
        if said == "away":
            raise GraphUnavailable("the library is away")
        if said == "error":
            return {"data": None, "errors": [{"message": "no"}]}
        return {"data": {"check": said}}
