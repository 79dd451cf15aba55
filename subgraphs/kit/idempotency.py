"""One effect per (principal, mutation, key) for a day, however often and however fast it is sent.

The entry is claimed in a statement of its own, with a lease; the outcome is written in the
transaction of the effect, and only by whoever holds the lease: that write decides races.
A saga's step (a key that begins with `saga:`, sent by a service) is remembered for good, and can be
called off: what it made is then known, or it will never make anything.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, delete, select, text, update

from models.database import Cause, Database, UnitOfWork
from models.ids import new_id
from models.platform import idempotency
from subgraphs.kit.errors import (
    IdempotencyKeyReusedError,
    InvalidInputError,
    Refused,
    StepCanceledError,
    UserError,
)

ENTRY = idempotency.c
KEPT = timedelta(hours=24)
LONGEST_KEY = 200
PERMANENT = "saga:"
"""How the key of a saga's step begins."""
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.25

CLAIM = text("""
    INSERT INTO platform.idempotency AS entry
        (principal, mutation, key, input_hash, lease, leased_until, expires_at)
    VALUES (:principal, :mutation, :key, :input_hash, :token, now() + :lease,
            now() + CAST(:kept AS interval))
    ON CONFLICT (principal, mutation, key) DO UPDATE
    SET input_hash = excluded.input_hash, lease = excluded.lease, outcome = NULL,
        leased_until = excluded.leased_until, expires_at = excluded.expires_at
    WHERE entry.expires_at < now()
       OR (entry.outcome IS NULL AND entry.leased_until < now()
           AND entry.input_hash = excluded.input_hash)
    RETURNING lease
""")


TOMBSTONE = ""
"""The hash of any input: a step that was called off before its owner had seen it."""

CALL_OFF = text("""
    INSERT INTO platform.idempotency AS entry
        (principal, mutation, key, input_hash, lease, leased_until, expires_at, outcome)
    VALUES (:principal, :mutation, :key, :tombstone, :token, now(), NULL,
            CAST(:outcome AS jsonb))
    ON CONFLICT (principal, mutation, key) DO UPDATE
    SET outcome = excluded.outcome, lease = excluded.lease
    WHERE entry.outcome IS NULL
""")


class LeaseLost(Exception):
    """Another caller took over while this one was busy: what it did must be undone."""


Made = tuple[str, int]
"""An entity's id, and the version that it was left at."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """One row of a bulk mutation."""

    row: int
    made: Made | None
    errors: Sequence[UserError]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a repeat needs: no personal data, no rendered answer."""

    made: Sequence[Made] = ()
    errors: Sequence[UserError] = ()
    rows: Sequence[RowOutcome] = field(default=())

    @property
    def kept(self) -> bool:
        """Not where all that came of a bulk is errors of which some must not be stored."""
        errors = [error for row in self.rows for error in row.errors]
        return any(row.made for row in self.rows) or all(map(storable, errors))

    def to_json(self) -> dict[str, Any]:
        rows = [
            {"row": row.row, "made": row.made, "errors": _errors_to_json(row.errors)}
            for row in self.rows
        ]
        return {"made": list(self.made), "errors": _errors_to_json(self.errors), "rows": rows}

    @classmethod
    def from_json(cls, data: dict[str, Any], types: Sequence[type[UserError]]) -> "Outcome":
        rows = [
            RowOutcome(
                row["row"],
                None if row["made"] is None else (row["made"][0], row["made"][1]),
                _errors_from_json(row["errors"], types),
            )
            for row in data["rows"]
        ]
        made = [(id, version) for id, version in data["made"]]
        return cls(made, _errors_from_json(data["errors"], types), rows)


def storable(error: UserError) -> bool:
    """Whether a repeat would meet it again, unless something else happened."""
    return error.stored and not error.retryable


def _errors_to_json(errors: Sequence[UserError]) -> list[dict[str, Any]]:
    return [{"type": type(error).__name__, **asdict(error)} for error in errors]


def _errors_from_json(
    errors: list[dict[str, Any]], types: Sequence[type[UserError]]
) -> list[UserError]:
    by_name = {kind.__name__: kind for kind in types}
    return [
        by_name[error["type"]](**{name: error[name] for name in error if name != "type"})
        for error in errors
    ]


@dataclass(frozen=True, slots=True)
class Key:
    """One caller's use of one key, and what it was used for."""

    principal: str
    mutation: str
    key: str
    input_hash: str
    permanent: bool

    @classmethod
    def of(cls, principal: str, mutation: str, key: str, input: Any, permanent: bool) -> "Key":
        if not 0 < len(key) <= LONGEST_KEY:
            message = f"An idempotency key has 1 to {LONGEST_KEY} characters."
            raise Refused(InvalidInputError(message=message, field=["idempotencyKey"]))
        body = json.dumps(asdict(input), sort_keys=True, default=repr)
        return cls(principal, mutation, key, sha256(body.encode()).hexdigest(), permanent)

    @property
    def row(self) -> ColumnElement[bool]:
        return and_(
            ENTRY.principal == self.principal,
            ENTRY.mutation == self.mutation,
            ENTRY.key == self.key,
        )


Settle = Callable[[UnitOfWork, Outcome], Awaitable[None]]


class Attempt(Protocol):
    async def __call__(self, settle: Settle) -> Outcome:
        """Have the effect, and call `settle` in its transaction just before the commit."""
        ...


async def unkeyed(work: UnitOfWork, outcome: Outcome) -> None:
    """The `settle` of a call without a key: nothing to remember."""


async def once(
    db: Database,
    cause: Cause,
    key: Key,
    lease: timedelta,
    attempt: Attempt,
    errors: Sequence[type[UserError]],
) -> Outcome:
    """`attempt`'s outcome, from this call or from an earlier one. Waiting holds no connection."""
    pause = FIRST_PAUSE
    while True:
        token = await _claim(db, key, lease)
        if token is not None:
            try:
                return await _perform(db, cause, key, token, attempt)
            except LeaseLost:
                continue
        for row in await db.rows(select(ENTRY.input_hash, ENTRY.outcome).where(key.row)):
            if row.input_hash not in (key.input_hash, TOMBSTONE):
                raise Refused(IdempotencyKeyReusedError(field=["idempotencyKey"]))
            if row.outcome is not None:
                return Outcome.from_json(row.outcome, errors)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _perform(db: Database, cause: Cause, key: Key, token: str, attempt: Attempt) -> Outcome:
    async def settle(work: UnitOfWork, outcome: Outcome) -> None:
        row = update(idempotency).where(key.row, ENTRY.lease == token)
        if await work.execute(row.values(outcome=outcome.to_json())) != 1:
            raise LeaseLost

    async def give_up() -> None:
        """Where another took over, it may be its very effect that this one was refused for."""
        if not await _release(db, key, token):
            raise LeaseLost

    try:
        outcome = await attempt(settle)
        if not outcome.kept:
            await give_up()
        return outcome
    except Refused as refused:
        if not all(map(storable, refused.errors)):
            await give_up()
            raise
        outcome = Outcome(errors=refused.errors)
        async with db.unit_of_work(cause) as work:
            await settle(work, outcome)
        return outcome
    except LeaseLost:
        raise
    except BaseException:
        await _release(db, key, token)
        raise


async def _claim(db: Database, key: Key, lease: timedelta) -> str | None:
    """A token, where the key is new, its entry expired, or its holder's lease ran out."""
    token = new_id("lse")
    fresh = {
        "principal": key.principal,
        "mutation": key.mutation,
        "key": key.key,
        "input_hash": key.input_hash,
        "token": token,
        "lease": lease,
        "kept": None if key.permanent else KEPT,
    }
    return token if await db.rows(CLAIM, fresh) else None


async def _release(db: Database, key: Key, token: str) -> bool:
    """Nothing was decided (unless a commit was, whose answer got lost): free the key at once.

    False where it was no longer this caller's.
    """
    mine = delete(idempotency).where(key.row, ENTRY.lease == token, ENTRY.outcome.is_(None))
    async with db.unit_of_work() as work:
        return await work.execute(mine) == 1


async def call_off(work: UnitOfWork, principal: str, mutation: str, key: str) -> list[Made]:
    """What a saga's step has made; nothing where it was refused, or is called off hereby.

    Where the owner has never seen the key, what is left is a tombstone that the late command
    meets. One in progress loses its lease: its transaction cannot write the outcome any more, and
    is rolled back, while one that has written it is waited for.
    """
    token = work.new_id("lse")
    step = {"principal": principal, "mutation": mutation, "key": key}
    outcome = json.dumps(Outcome(errors=[StepCanceledError()]).to_json())
    await work.execute(
        CALL_OFF, {**step, "tombstone": TOMBSTONE, "token": token, "outcome": outcome}
    )
    entry = select(ENTRY.outcome).where(
        ENTRY.principal == principal, ENTRY.mutation == mutation, ENTRY.key == key
    )
    [(found,)] = await work.rows(entry)
    return [(id, version) for id, version in found["made"]]


async def prune(work: UnitOfWork) -> int:
    """Delete what has expired; how many entries."""
    return await work.execute(delete(idempotency).where(ENTRY.expires_at < work.now))
