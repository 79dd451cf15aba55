"""A mutation that is answered with a report, made after its transaction."""

from collections.abc import Sequence

from models.database import inside_unit_of_work
from subgraphs.kit import ID, Info, Refused, UnitOfWork, input, reported
from tests.kit.room import policy, repository
from tests.kit.room.errors import TooLoudError
from tests.kit.room.types import Counted, Counting


async def _countings(ids: Sequence[str], info: Info) -> list[Counting | None]:
    return [Counting(id, 1) for id in ids]


async def _count(info: Info, asked: Counting) -> Counted:
    counted = await repository.count(info.db, asked.id)
    return Counted(counted=counted, inside=inside_unit_of_work())


@input
class CountNotesInput:
    owner_id: ID
    idempotency_key: str | None = None


@reported(policy.WRITE, TooLoudError, find=_countings, tell=_count)
async def count_notes(info: Info, work: UnitOfWork, input: CountNotesInput) -> Counting:
    if input.owner_id.isupper():
        raise Refused(TooLoudError(loud=input.owner_id))
    await repository.add(work, input.owner_id, "counted", 0)
    return Counting(input.owner_id, 1)
