"""What the agent of the notes offers."""

from decimal import Decimal

from subgraphs.kit import Connection, Info, MoneyInput, anyone, lookup, query, subgraph
from tests.kit.room import policy, repository
from tests.kit.room.intents import BORROW
from tests.kit.room.loaders import note_count, notes_by_id, notes_by_text, secret
from tests.kit.room.mutations.checked import write_checked_note
from tests.kit.room.mutations.counting import count_notes
from tests.kit.room.mutations.note import edit_note, write_note, write_notes
from tests.kit.room.mutations.step import copy_notes, tear_notes
from tests.kit.room.neighbours import ELSEWHERE
from tests.kit.room.timers import AGE
from tests.kit.room.types import Note, NoteSort, NoteWhere


@query(policy.READ)
async def notes(
    info: Info,
    where: NoteWhere | None = None,
    order_by: NoteSort | None = None,
    first: int = 20,
    after: str | None = None,
) -> Connection[Note]:
    order = order_by or NoteSort()
    return await repository.page(info.db, info.scope, where, order, first, after)


@query(anyone)
async def broken(info: Info) -> str:
    raise RuntimeError("the password is hunter2")


@query(anyone)
async def echo(info: Info, money: MoneyInput | None = None) -> Decimal | None:
    return None if money is None else money.amount


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
