"""extendReservation, commitReservation and releaseReservation: successes, refusals, quantities."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models import inventory as tables
from models.database import Database
from models.platform import schedule
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, approver, customer, reader, writer
from tests.conftest import Ask
from tests.inventory.stock import (
    COMMIT,
    EXTEND,
    RELEASE,
    RESERVE,
    WHOSE,
    basket,
    check_books,
    data_of,
    everything,
    facts,
    level,
    levels,
    made_id,
    sender,
    stock,
    timers,
)

DOCUMENTS = {
    "extendReservation": EXTEND,
    "commitReservation": COMMIT,
    "releaseReservation": RELEASE,
}
OTHERS = [
    ANONYMOUS,
    customer(made_id("cus", 1)),
    reader("inventory"),
    writer("inventory"),
    sender(RESERVE),
]
every_walk = pytest.mark.parametrize("name", DOCUMENTS)


async def reserved(db: Database, ask: Ask) -> str:
    """Three of variant 1 and two of variant 2, of ten each."""
    await stock(db, (1, 1, 10), (2, 1, 10))
    data = await ask(RESERVE, input=basket("reserved", (1, 3, None), (2, 2, None)))
    return str(data["createReservation"]["reservation"]["id"])


def of(id: str, name: str, **more: Any) -> dict[str, Any]:
    key = {"idempotencyKey": "k"} if name == "commitReservation" else {}
    return {"reservationId": id, **key, **more}


def quantities(lines: list[dict[str, Any]]) -> list[tuple[int, int, int, int]]:
    names = ("reserved", "committed", "consumed", "released")
    return [(line[names[0]], line[names[1]], line[names[2]], line[names[3]]) for line in lines]


async def test_commit_keeps_the_units_without_a_time_limit(db: Database, ask: Ask) -> None:
    id = await reserved(db, ask)
    data = await ask(COMMIT, input=of(id, "commitReservation"))
    made = data["commitReservation"]["reservation"]
    assert data["commitReservation"]["errors"] == []
    assert (made["status"], made["version"]) == ("COMMITTED", 2)
    assert quantities(made["lines"]) == [(0, 3, 0, 0), (0, 2, 0, 0)]
    assert made["allowedTransitions"] == ["PARTIALLY_CONSUMED", "CONSUMED", "RELEASED"]
    assert await levels(db) == {level(1): (7, 3), level(2): (8, 2)}
    assert await timers(db) == []
    assert (await facts(db))[3:] == [("reservation.committed", id, 2)]
    assert await data_of(db, "reservation.committed") == [WHOSE]
    await check_books(db)


@pytest.mark.parametrize("committed", [False, True])
async def test_release_gives_back_what_is_held(db: Database, ask: Ask, committed: bool) -> None:
    id = await reserved(db, ask)
    if committed:
        await ask(COMMIT, input=of(id, "commitReservation"))
    before = len(await facts(db))
    data = await ask(RELEASE, approver("inventory"), input=of(id, "releaseReservation"))
    made = data["releaseReservation"]["reservation"]
    assert data["releaseReservation"]["errors"] == []
    assert (made["status"], made["version"]) == ("RELEASED", 3 if committed else 2)
    assert quantities(made["lines"]) == [(0, 0, 0, 3), (0, 0, 0, 2)]
    assert made["allowedTransitions"] == []
    assert await levels(db) == {level(1): (10, 0), level(2): (10, 0)}
    assert await timers(db) == []
    assert [(type, subject) for type, subject, _ in (await facts(db))[before:]] == [
        ("stock.changed", level(1)),
        ("stock.changed", level(2)),
        ("reservation.released", id),
    ]
    assert await data_of(db, "reservation.released") == [WHOSE]
    await check_books(db)


async def due(db: Database) -> datetime:
    [row] = await db.rows(select(schedule.c.due_at))
    at: datetime = row.due_at
    return at


async def test_extend_moves_the_timer_and_never_back(db: Database, ask: Ask) -> None:
    id = await reserved(db, ask)
    until = datetime.now(UTC) + timedelta(hours=48)
    data = await ask(EXTEND, input=of(id, "extendReservation", until=until.isoformat()))
    made = data["extendReservation"]["reservation"]
    assert data["extendReservation"]["errors"] == []
    assert datetime.fromisoformat(made["expiresAt"]) == until == await due(db)
    assert (made["status"], made["version"]) == ("ACTIVE", 2)
    sooner = (until - timedelta(hours=1)).isoformat()
    for earlier in ({"until": sooner}, {}):
        data = await ask(EXTEND, input=of(id, "extendReservation", **earlier))
        made = data["extendReservation"]["reservation"]
        assert datetime.fromisoformat(made["expiresAt"]) == until == await due(db)
    assert await levels(db) == {level(1): (7, 3), level(2): (8, 2)}
    assert len(await facts(db)) == 3


@pytest.mark.parametrize("shift", [timedelta(minutes=-1), timedelta(days=31)])
async def test_extend_only_into_the_near_future(db: Database, ask: Ask, shift: timedelta) -> None:
    id = await reserved(db, ask)
    before = await everything(db)
    until = (datetime.now(UTC) + shift).isoformat()
    data = await ask(EXTEND, input=of(id, "extendReservation", until=until))
    [error] = data["extendReservation"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["until"])
    assert error["message"] == "Must be within the next 30 days."
    assert await everything(db) == before


@every_walk
@pytest.mark.parametrize("foreign", [False, True])
async def test_unknown_and_foreign_are_answered_alike(
    db: Database, ask: Ask, name: str, foreign: bool
) -> None:
    id = await reserved(db, ask)
    before = await everything(db)
    document = DOCUMENTS[name]
    another = sender(document, on_behalf_of=made_id("cus", 2))
    asked = of(id if foreign else made_id("rsv", 1), name)
    data = await ask(document, another, input=asked)
    assert data[name] == {
        "reservation": None,
        "errors": [
            {
                "__typename": "NotFoundError",
                "code": "NOT_FOUND",
                "message": "There is no such thing, or it is not yours.",
                "field": ["reservationId"],
                "retryable": False,
            }
        ],
    }
    assert await everything(db) == before


@every_walk
async def test_a_stale_version_changes_nothing(db: Database, ask: Ask, name: str) -> None:
    id = await reserved(db, ask)
    before = await everything(db)
    data = await ask(DOCUMENTS[name], input=of(id, name, expectedVersion=7))
    [error] = data[name]["errors"]
    assert (error["code"], error["expected"], error["actual"]) == ("STALE_VERSION", 7, 1)
    assert await everything(db) == before
    data = await ask(DOCUMENTS[name], input=of(id, name, expectedVersion=1))
    # The refusal under the same idempotency key was another input: a commit needs another key.
    if name == "commitReservation":
        assert [error["code"] for error in data[name]["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
        asked = of(id, name, expectedVersion=1) | {"idempotencyKey": "l"}
        data = await ask(DOCUMENTS[name], input=asked)
    assert data[name]["errors"] == []


@every_walk
@pytest.mark.parametrize(
    "caller", OTHERS, ids=lambda caller: f"{caller.kind} {sorted(caller.scopes)}"
)
async def test_who_may_not(db: Database, ask: Ask, name: str, caller: Principal) -> None:
    id = await reserved(db, ask)
    before = await everything(db)
    data = await ask(DOCUMENTS[name], caller, input=of(id, name))
    assert data[name]["reservation"] is None
    assert [error["code"] for error in data[name]["errors"]] == ["FORBIDDEN"]
    assert await everything(db) == before


@every_walk
@pytest.mark.parametrize("who", ["service", "for her", "admin", "approver"])
async def test_who_may(db: Database, ask: Ask, name: str, who: str) -> None:
    id = await reserved(db, ask)
    document = DOCUMENTS[name]
    caller = {
        "service": sender(document),
        "for her": sender(document, on_behalf_of=made_id("cus", 1)),
        "admin": ADMIN,
        "approver": approver("inventory"),
    }[who]
    data = await ask(document, caller, input=of(id, name))
    may = who != "approver" or name == "releaseReservation"
    assert [error["code"] for error in data[name]["errors"]] == ([] if may else ["FORBIDDEN"])
    [row] = await db.rows(select(tables.reservation.c.version))
    assert row.version == (2 if may else 1)
