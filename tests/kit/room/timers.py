"""What the schedule runs for notes."""

from subgraphs.kit import Timer, UnitOfWork
from tests.kit.room import repository


async def _age(work: UnitOfWork, key: str) -> None:
    if key == "bug":
        raise ZeroDivisionError("a defect in a timer")
    await repository.star(work, key)


AGE = Timer("note_age", _age)
