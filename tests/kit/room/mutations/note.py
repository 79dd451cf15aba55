"""Somebody writes notes down, and changes them."""

from subgraphs.kit import (
    ID,
    Info,
    NotFoundError,
    Refused,
    Row,
    UnitOfWork,
    check_version,
    input,
    mutation,
)
from tests.kit.room import policy, repository
from tests.kit.room.errors import TooLoudError
from tests.kit.room.types import Note


@input
class WriteNoteInput:
    text: str
    stars: int = 0
    dry_run: bool = False
    idempotency_key: str | None = None


@mutation(policy.WRITE, TooLoudError)
async def write_note(info: Info, work: UnitOfWork, input: WriteNoteInput) -> Note:
    if input.text.isupper():
        raise Refused(TooLoudError(loud=input.text, field=["text"]))
    if input.text == "bug":
        raise ZeroDivisionError("a defect")
    owner = info.scope.owner or info.principal.id
    return await repository.add(work, owner, input.text, input.stars)


@input
class EditNoteInput:
    note_id: ID
    text: str
    expected_version: int | None = None
    idempotency_key: str | None = None


@mutation(policy.WRITE)
async def edit_note(info: Info, work: UnitOfWork, input: EditNoteInput) -> Note:
    for old in await repository.locked(work, info.scope, input.note_id):
        check_version(old.version, input.expected_version)
        return await repository.rewrite(work, old, input.text)
    raise Refused(NotFoundError(field=["noteId"]))


@input
class WriteNotesInput:
    texts: list[str]
    idempotency_key: str


@mutation(policy.WRITE, TooLoudError)
async def write_notes(info: Info, work: UnitOfWork, input: WriteNotesInput) -> list[Row[Note]]:
    rows = []
    for place, words in enumerate(input.texts):
        if words.isupper():
            rows.append(Row[Note](row=place, entity=None, errors=[TooLoudError(loud=words)]))
        else:
            made = await repository.add(work, info.principal.id, words, 0)
            rows.append(Row(row=place, entity=made))
    return rows
