"""One effect per key: twins, repeats, another body, and first callers that die midway."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from models.database import Database
from models.platform import idempotency
from tests.callers import ADMIN
from tests.conftest import Ask
from tests.inventory.commands import COMMANDS, KEYED, Command, prepared
from tests.inventory.stock import (
    RESERVE,
    basket,
    check_books,
    everything,
    level,
    levels,
    sender,
    stock,
)
from tests.inventory.waiting import blocked, held
from tests.platform import Platform

ENTRY = idempotency.c
each_command = pytest.mark.parametrize("command", COMMANDS, ids=str)


def ids_of(payload: dict[str, Any]) -> Any:
    """What was made, without what another request may have changed since."""
    made = [payload.get(name) for name in ("reservation", "stockLevel", "stockLevels")]
    return [
        each["id"] if isinstance(each, dict) else [one["id"] for one in each]
        for each in made
        if each is not None
    ]


@pytest.mark.commits
@each_command
async def test_twice_at_once_then_again_then_with_another_body(
    db: Database, ask: Ask, command: Command
) -> None:
    await prepared(db)
    twins = await asyncio.gather(*(ask(command.document, input=command.input()) for _ in range(2)))
    first, second = (answer[command.name] for answer in twins)
    assert first["errors"] == second["errors"] == []
    assert ids_of(first) == ids_of(second) != []
    done = await everything(db)
    again = (await ask(command.document, input=command.input()))[command.name]
    assert (ids_of(again), again["errors"]) == (ids_of(first), [])
    other = (await ask(command.document, input=command.changed()))[command.name]
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert ids_of(other) == []
    assert await everything(db) == done
    await check_books(db)


@each_command
async def test_a_key_where_it_is_asked_for(ask: Ask, command: Command) -> None:
    input = command.input()
    del input["idempotencyKey"]
    if command.name in KEYED:
        [error] = await ask(command.document, errors=True, input=input)
        assert "idempotencyKey" in error["message"]
    else:
        data = await ask(command.document, input=input)
        assert [error["code"] for error in data[command.name]["errors"]] == ["NOT_FOUND"]


async def test_a_refusal_is_remembered(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 1))
    first = await ask(RESERVE, input=basket("k", (1, 2, None)))
    async with db.unit_of_work() as work:
        await work.execute(text("UPDATE inventory.stock_level SET available = 9"))
    assert await ask(RESERVE, input=basket("k", (1, 2, None))) == first
    [error] = first["createReservation"]["errors"]
    assert (error["code"], error["available"]) == ("INSUFFICIENT_STOCK", 1)
    assert await levels(db) == {level(1): (9, 0)}


@pytest.mark.parametrize(
    ("caller", "key", "kept"),
    [
        (sender(RESERVE), "saga:reserve:ord_1:1", True),
        (sender(RESERVE), "a day", False),
        (ADMIN, "saga:of an administrator", False),
    ],
)
async def test_the_step_of_a_saga_is_remembered_for_good(
    db: Database, ask: Ask, caller: Any, key: str, kept: bool
) -> None:
    await stock(db, (1, 1, 1))
    data = await ask(RESERVE, caller, input=basket(key, (1, 1, None)))
    assert data["createReservation"]["errors"] == []
    [row] = await db.rows(select(ENTRY.expires_at).where(ENTRY.key == key))
    assert (row.expires_at is None) is kept


BUY = basket("k", (1, 4, None))


async def one_effect(db: Database, answers: list[Any]) -> None:
    """All answers name the one reservation there is, and four units are gone once."""
    ids = {answer["createReservation"]["reservation"]["id"] for answer in answers}
    rows = (await everything(db))["reservation"]
    assert {row["id"] for row in rows} == ids
    assert len(ids) == 1
    assert await levels(db) == {level(1): (6, 4)}
    await check_books(db)


@pytest.mark.commits
async def test_a_twin_takes_over_from_a_caller_that_went_away(db: Database, ask: Ask) -> None:
    await stock(db, (1, 1, 10))
    async with held(db, level(1)):
        first = asyncio.create_task(ask(RESERVE, input=BUY))
        await blocked(db)
        twin = asyncio.create_task(ask(RESERVE, input=BUY))
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        assert first.cancelled()
        await blocked(db)
    await one_effect(db, [await twin])


@pytest.mark.commits
async def test_a_twin_takes_over_from_a_caller_whose_connection_was_cut(
    db: Database, ask: Ask
) -> None:
    await stock(db, (1, 1, 10))
    async with held(db, level(1)):
        first = asyncio.create_task(ask(RESERVE, errors=True, input=BUY))
        [pid] = await blocked(db)
        twin = asyncio.create_task(ask(RESERVE, input=BUY))
        await db.rows(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        [error] = await first
        assert error["extensions"]["code"] == "INTERNAL"
        assert await blocked(db) != [pid]
    await one_effect(db, [await twin])


@pytest.mark.commits
async def test_a_twin_takes_over_when_the_lease_has_run_out(
    db: Database, platform: Platform
) -> None:
    await stock(db, (1, 1, 10))
    hasty = Platform(platform.databases, platform.spool, lease=timedelta(milliseconds=50))

    async def buy(there: Platform) -> Any:
        answer = await there.ask("inventory", RESERVE, ADMIN, {"input": BUY})
        assert "errors" not in answer
        return answer["data"]

    async with held(db, level(1)):
        first = asyncio.create_task(buy(hasty))
        await blocked(db)
        twin = asyncio.create_task(buy(hasty))
        await blocked(db, 2)
    await one_effect(db, [await first, await twin])
