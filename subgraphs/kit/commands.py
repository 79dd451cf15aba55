"""Runs a mutation: policy, idempotency key, unit of work, payload. Rooms never do this by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import GenericAlias
from typing import Any

from sqlalchemy.exc import DBAPIError
from strawberry import ID

from events.outbox import emitted
from models.database import UnitOfWork
from subgraphs.kit import owners
from subgraphs.kit.bulk import Row, result_type
from subgraphs.kit.context import Context, Denied, Info
from subgraphs.kit.entities import Find
from subgraphs.kit.errors import (
    COMMON,
    ForbiddenError,
    Refused,
    Superseded,
    UnavailableError,
    UserError,
)
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.idempotency import PERMANENT, Key, Outcome, RowOutcome, Settle, once, unkeyed
from subgraphs.kit.policy import Kind
from subgraphs.kit.specs import Mutation, Shape
from subgraphs.kit.types import PlannedEvent, camel, output, snake

TRIES = 5
"""How often a mutation is prepared anew before it gives up on a row that others keep changing."""


class _DryRun(Exception):
    """Rolls back what was only tried."""


@dataclass(frozen=True, slots=True)
class _Made:
    value: Any
    events: Sequence[PlannedEvent]


class Command:
    """A mutation made ready to run. `finder` gives the resolver of an entity's id."""

    def __init__(
        self, mutation: Mutation[Any, Any, Any], finder: Callable[[type[Any]], Find]
    ) -> None:
        self.mutation = mutation
        self.report = mutation.report
        self.find = self.report.find if self.report else finder(mutation.makes[0])
        self.entity, self.shape = mutation.makes
        self.field = self._field()
        self.errors = (*COMMON, *mutation.errors)
        self.dry = any(name == "dry_run" for name in mutation.inputs)
        self.result = result_type(mutation.name, self.entity, mutation.function.__module__)
        self.payload = self._payload()

    @property
    def coordinate(self) -> str:
        return f"Mutation.{camel(self.mutation.name)}"

    async def run(self, context: Context, input: Any) -> Any:
        """The payload, with the entity or with the errors; anything else raised is a defect."""
        try:
            info = context.info(self.mutation.policy, self.coordinate)
            made = await self._effect(context, info, input)
            events = {"events": list(made.events)} if self.dry else {}
            return self.payload(**await self._told(context, made.value), errors=[], **events)
        except Denied:
            return self._refusal([ForbiddenError()])
        except GraphUnavailable:
            return self._refusal([UnavailableError()])
        except Refused as refused:
            undeclared = {type(error) for error in refused.errors}.difference(self.errors)
            if undeclared:
                raise TypeError(f"{self.mutation.name} does not declare {undeclared}") from refused
            return self._refusal(refused.errors)

    def _refusal(self, errors: Sequence[UserError]) -> Any:
        return self.payload(errors=list(errors))

    async def _told(self, context: Context, value: Any) -> dict[str, Any]:
        """What the payload says of what was made."""
        if self.report is None:
            return {self.field: self._held(value)}
        told = await self.report.tell(context.info(self.mutation.policy, self.coordinate), value)
        return {name: getattr(told, name) for name in self.report.values}

    def _held(self, value: Any) -> Any:
        if self.shape is not Shape.ROWS:
            return value
        name = snake(self.entity.__name__)
        return [
            self.result(**{"row": row.row, name: row.entity, "errors": list(row.errors)})
            for row in value
        ]

    async def _effect(self, context: Context, info: Info, input: Any) -> _Made:
        key = getattr(input, "idempotency_key", None)
        if key is None or getattr(input, "dry_run", False):
            return await self._attempt(context, info, input, unkeyed)

        made: _Made | None = None

        async def attempt(settle: Settle) -> Outcome:
            nonlocal made
            made = await self._attempt(context, info, input, settle)
            return self._outcome(made.value)

        principal = info.principal
        permanent = principal.kind is Kind.SERVICE and key.startswith(PERMANENT)
        use = Key.of(principal.id, camel(self.mutation.name), key, input, permanent)
        outcome = await once(context.db, context.cause, use, context.lease, attempt, self.errors)
        if outcome.errors:
            first, *more = outcome.errors
            raise Refused(first, *more)
        return made or _Made(await self._found(outcome, info), [])

    async def _attempt(self, context: Context, info: Info, input: Any, settle: Settle) -> _Made:
        for last in [False] * (TRIES - 1) + [True]:
            prepared = await self._prepare(info, input)
            try:
                return await self._work(context, info, input, prepared, settle)
            except Superseded:
                await self._undo(context, info, input, prepared)
                if last:
                    raise Refused(UnavailableError()) from None
            except Exception:
                await self._undo(context, info, input, prepared)
                raise
        raise AssertionError("the last try returns or raises")

    async def _work(
        self, context: Context, info: Info, input: Any, prepared: Any, settle: Settle
    ) -> _Made:
        made: _Made | None = None
        try:
            async with context.db.unit_of_work(context.cause) as work:
                value = await self._call(info.within(work), work, input, prepared)
                if getattr(input, "dry_run", False):
                    made = _Made(value, _planned(work))
                    raise _DryRun
                made = _Made(value, [])
                outcome = self._outcome(value)
                if outcome.kept:
                    await settle(work, outcome)
            context.read_from(work.now)
        except _DryRun:
            pass
        except DBAPIError as error:
            if (refused := owners.refusal(error)) is None:
                raise
            raise refused from error
        assert made is not None  # noqa: S101  # the block above set it or raised
        return made

    async def _call(self, info: Info, work: UnitOfWork, input: Any, prepared: Any) -> Any:
        if self.mutation.prepare is None:
            return await self.mutation.function(info, work, input)
        return await self.mutation.function(info, work, input, prepared)

    async def _prepare(self, info: Info, input: Any) -> Any:
        return await self.mutation.prepare(info, input) if self.mutation.prepare else None

    async def _undo(self, context: Context, info: Info, input: Any, prepared: Any) -> None:
        """What cannot be undone now is captured: it must not stand in for the refusal's reason."""
        if self.mutation.undo is None:
            return
        try:
            await self.mutation.undo(info, input, prepared)
        except Exception as defect:  # noqa: BLE001 boundary: the caller is owed the first answer
            place = f"{camel(self.mutation.name)}.undo"
            await context.capture(context.agent, place, defect, context.correlation_id)

    def _outcome(self, value: Any) -> Outcome:
        if self.shape is Shape.ROWS:
            return Outcome(
                rows=[
                    RowOutcome(row.row, row.entity and _made(row.entity), row.errors)
                    for row in value
                ]
            )
        return Outcome(made=[_made(each) for each in self._entities(value)])

    def _entities(self, value: Any) -> Sequence[Any]:
        return value if self.shape is Shape.SEVERAL else [value]

    async def _found(self, outcome: Outcome, info: Info) -> Any:
        """What an earlier call made, as it is now."""
        if self.shape is Shape.ROWS:
            ids = [row.made[0] for row in outcome.rows if row.made]
            by_id = dict(zip(ids, await self.find(ids, info) if ids else [], strict=True))
            return [
                Row(row=each.row, entity=each.made and by_id[each.made[0]], errors=each.errors)
                for each in outcome.rows
            ]
        found = list(await self.find([id for id, _ in outcome.made], info))
        return found if self.shape is Shape.SEVERAL else found[0]

    def _field(self) -> str:
        if self.shape is Shape.ROWS:
            return "results"
        return snake(self.entity.__name__) + ("s" if self.shape is Shape.SEVERAL else "")

    def _values(self) -> dict[str, Any]:
        """The payload's own fields."""
        if self.report is not None:
            return self.report.values
        held: Any = {
            Shape.ONE: self.entity,
            Shape.SEVERAL: GenericAlias(list, self.entity),
            Shape.ROWS: GenericAlias(list, self.result),
        }[self.shape]
        return {self.field: held}

    def _payload(self) -> type[Any]:
        own = {name: kind | None for name, kind in self._values().items()}
        body: dict[str, Any] = {
            "__module__": self.mutation.function.__module__,
            "__annotations__": {**own, "errors": list[UserError]},
            **dict.fromkeys(own),
        }
        if self.dry:
            body["__annotations__"]["events"] = list[PlannedEvent]
            body["events"] = ()
        name = camel(f"_{self.mutation.name}_payload")
        return output(type(name, (), body))


def _planned(work: UnitOfWork) -> list[PlannedEvent]:
    return [
        PlannedEvent(type=event.type, subject=ID(event.aggregate_id)) for event in emitted(work)
    ]


def _made(entity: Any) -> tuple[str, int]:
    return entity.id, entity.version
