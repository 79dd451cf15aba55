"""A mutation that asks the other agent first, and takes that back where it fails."""

from subgraphs.kit import Info, Refused, Superseded, UnitOfWork, prepared
from tests.kit.room import policy, repository
from tests.kit.room.errors import TooLoudError
from tests.kit.room.mutations.note import WriteNoteInput
from tests.kit.room.neighbours import ELSEWHERE, OUTSIDE
from tests.kit.room.types import Note


async def _ask_outside(info: Info, input: WriteNoteInput) -> str:
    answer = await info.graph.send(ELSEWHERE, {"t": input.text})
    OUTSIDE.answers.append(answer["check"])
    return str(answer["check"])


async def _undo(info: Info, input: WriteNoteInput, checked: str) -> None:
    if OUTSIDE.fails:
        raise ConnectionError("the library is closed")
    OUTSIDE.undone.append(checked)


@prepared(policy.WRITE, TooLoudError, prepare=_ask_outside, undo=_undo)
async def write_checked_note(
    info: Info, work: UnitOfWork, input: WriteNoteInput, checked: str
) -> Note:
    if checked == "stale":
        raise Superseded
    if checked == "loud":
        raise Refused(TooLoudError(loud=input.text))
    if checked == "inside":
        await info.graph.send(ELSEWHERE, {"t": input.text})
    return await repository.add(work, info.principal.id, checked, 0)
