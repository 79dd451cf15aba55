"""What is asked of the other agent after the commit, and recorded when it has answered."""

from subgraphs.kit import Info, Intent, UnitOfWork
from subgraphs.kit.intents import Payload
from tests.kit.room import repository
from tests.kit.room.neighbours import ELSEWHERE


async def _borrow(info: Info, key: str, payload: Payload) -> str:
    answer = await info.graph.send(ELSEWHERE, {"t": payload["text"], "key": key})
    return str(answer["check"])


async def _keep(info: Info, work: UnitOfWork, key: str, payload: Payload, borrowed: str) -> None:
    await repository.add(work, str(info.principal.on_behalf_of), borrowed, 0)
    if borrowed == "bug":
        raise ZeroDivisionError("a defect in what records")


BORROW = Intent("note_borrow", _borrow, _keep)
