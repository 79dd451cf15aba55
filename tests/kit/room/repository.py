"""All SQL of the notes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from events.catalog.customer import CustomerUpdated
from events.outbox import emit
from subgraphs.kit import ID, Connection, Reads, Scope, UnitOfWork, keyset, matching
from tests.kit.room.tables import note
from tests.kit.room.types import Note, NoteSort, NoteWhere

N = note.c


async def found(db: Reads, scope: Scope, condition: Any) -> list[Note]:
    return await db.fetch(select(note).where(condition, scope.covers(N.owner_id)), Note)


async def page(
    db: Reads, scope: Scope, where: NoteWhere | None, order: NoteSort, first: int, after: str | None
) -> Connection[Note]:
    rows = select(note).where(scope.covers(N.owner_id), *matching(where, note))
    return await keyset(
        db,
        rows,
        Note,
        by=N[order.field.value],
        tiebreak=N.id,
        direction=order.direction,
        first=first,
        after=after,
    )


async def owners(db: Reads, scope: Scope, ids: Sequence[str]) -> list[str]:
    """One for each note of theirs."""
    rows = select(N.owner_id).where(N.owner_id.in_(ids), scope.covers(N.owner_id))
    return [row.owner_id for row in await db.rows(rows)]


async def count(db: Reads, owner: str) -> int:
    return len(await db.rows(select(N.id).where(N.owner_id == owner)))


async def locked(work: UnitOfWork, scope: Scope, id: ID) -> list[Note]:
    rows = select(note).where(N.id == id, scope.covers(N.owner_id))
    return await work.fetch(rows.with_for_update(), Note)


async def add(work: UnitOfWork, owner: str, words: str, stars: int) -> Note:
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


async def rewrite(work: UnitOfWork, old: Note, words: str) -> Note:
    changed = update(note).where(N.id == old.id).values(text=words, version=old.version + 1)
    return (await work.fetch(changed.returning(*N), Note))[0]


async def tear(work: UnitOfWork, ids: Sequence[str]) -> list[Note]:
    torn = update(note).where(N.id.in_(ids)).values(stars=-1).returning(*N)
    return await work.fetch(torn, Note)


async def star(work: UnitOfWork, id: str) -> None:
    await work.execute(update(note).where(N.id == id).values(stars=N.stars + 1))
