"""What others' sagas ask for: copies of notes, and that they are torn again."""

from subgraphs.kit import Info, UnitOfWork, input, invalid, mutation, prepared, service
from subgraphs.kit.steps import made_by_step
from tests.kit.room import repository
from tests.kit.room.types import Note


@input
class CopyNoteInput:
    texts: list[str]
    idempotency_key: str


@mutation(service)
async def copy_notes(info: Info, work: UnitOfWork, input: CopyNoteInput) -> list[Note]:
    if not input.texts:
        raise invalid("At least one.", "texts")
    owner = info.scope.owner or info.principal.id
    return [await repository.add(work, owner, words, 0) for words in input.texts]


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
    return await repository.tear(work, copied)
