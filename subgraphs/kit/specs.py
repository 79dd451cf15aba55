"""Function decorators: what an agent offers, as data that any engine can call.

`subgraph` (schema.py) adapts these to stock Strawberry; the compiled engine calls `function`
directly. A decorator needs a policy, so no field can slip past it.
"""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, fields
from enum import Enum, auto
from typing import (
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeAlias,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from events.event import Event
from models.database import UnitOfWork
from subgraphs.kit.bulk import Row
from subgraphs.kit.context import Info
from subgraphs.kit.errors import UserError
from subgraphs.kit.policy import Policy
from subgraphs.kit.types import snake

A = ParamSpec("A")
E = TypeVar("E")
I = TypeVar("I")  # noqa: E741  # the input
K = TypeVar("K")
P = TypeVar("P")
T = TypeVar("T")
Batches: TypeAlias = AsyncGenerator[Sequence[T], None]
Events: TypeAlias = Batches[T] | Awaitable[Batches[T]]


@dataclass(frozen=True, slots=True)
class Query(Generic[A, T]):
    function: Callable[Concatenate[Info, A], Awaitable[T]]
    policy: Policy

    @property
    def name(self) -> str:
        return self.function.__name__


@dataclass(frozen=True, slots=True)
class Subscription(Generic[A, T]):
    """`function` gives a generator of batches, or is awaited for one; `events` are those that it
    tells of, where they are declared.
    """

    function: Callable[Concatenate[Info, A], Events[T]]
    policy: Policy
    events: frozenset[type[Event]] = frozenset()

    @property
    def name(self) -> str:
        return self.function.__name__


class Shape(Enum):
    """What a mutation returns: one entity, several, or the rows of a bulk."""

    ONE = auto()
    SEVERAL = auto()
    ROWS = auto()


@dataclass(frozen=True, slots=True)
class Report(Generic[T]):
    """How the payload of a mutation comes about that changes no entity: see `reported`."""

    find: Callable[[Sequence[str], Info], Awaitable[Sequence[T | None]]]
    tell: Callable[[Info, T], Awaitable[Any]]

    @property
    def values(self) -> dict[str, Any]:
        """The payload's own fields, by name, with their types."""
        kind = get_type_hints(self.tell)["return"]
        return {field.name: field.type for field in fields(kind)}


@dataclass(frozen=True, slots=True)
class Mutation(Generic[I, T, P]):
    """`function` takes `(info, work, input)`, and what `prepare` returned where there is one."""

    function: Callable[..., Awaitable[T]]
    policy: Policy
    errors: tuple[type[UserError], ...]
    prepare: Callable[[Info, I], Awaitable[P]] | None = None
    undo: Callable[[Info, I, P], Awaitable[None]] | None = None
    report: Report[T] | None = None

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def makes(self) -> tuple[type[Any], Shape]:
        """The entity that it changes, and whether one, several, or rows of it."""
        hint = get_type_hints(self.function)["return"]
        if get_origin(hint) is not list:
            return hint, Shape.ONE
        inner = get_args(hint)[0]
        if get_origin(inner) is Row:
            return get_args(inner)[0], Shape.ROWS
        return inner, Shape.SEVERAL

    @property
    def inputs(self) -> frozenset[str]:
        """The names of the input's fields."""
        kind = get_type_hints(self.function)["input"]
        return frozenset(field.name for field in fields(kind))


@dataclass(frozen=True, slots=True)
class Resolver(Generic[K, E]):
    """Answers `_entities` for one key of one entity."""

    entity: type[E]
    key: tuple[str, ...]
    function: Callable[[Sequence[K], Info], Awaitable[Sequence[E | Exception | None]]]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Field(Generic[E, A, T]):
    """A field that needs I/O, for all parents at once."""

    on: type[E]
    function: Callable[Concatenate[Sequence[E], Info, A], Awaitable[Sequence[T]]]
    policy: Policy
    name: str


@dataclass(frozen=True, slots=True)
class Guarded(Generic[E, T]):
    """A field that the object holds, but that not everybody may see who sees the object."""

    on: type[E]
    function: Callable[[E, Info], T]
    policy: Policy
    name: str


def query(
    policy: Policy,
) -> Callable[[Callable[Concatenate[Info, A], Awaitable[T]]], Query[A, T]]:
    """A root field: `async (info, arguments...) -> value`."""
    return lambda function: Query(function, policy)


def lookup(resolver: Resolver[Any, E], name: str | None = None) -> Query[..., E | None]:
    """The root field that finds one entity by its key: the very answer that `_entities` gives."""
    hints = get_type_hints(resolver.entity)
    key = {part: hints[part] for part in resolver.key}

    async def one(info: Info, **given: Any) -> E | None:
        values = tuple(given[part] for part in key)
        [found] = await resolver.function([values if len(key) > 1 else values[0]], info)
        if isinstance(found, Exception):
            raise found
        return found

    one.__name__ = name or snake(resolver.entity.__name__)
    one.__doc__ = resolver.function.__doc__
    one.__annotations__ = {"info": Info, **key, "return": resolver.entity | None}
    parameters = [inspect.Parameter(p, inspect.Parameter.KEYWORD_ONLY) for p in ("info", *key)]
    cast(Any, one).__signature__ = inspect.Signature(parameters)
    return Query(one, resolver.policy)


def subscription(
    policy: Policy,
) -> Callable[[Callable[Concatenate[Info, A], Events[T]]], Subscription[A, T]]:
    """A root field that goes on: `async (info, arguments...) -> AsyncGenerator[Sequence[T], None]`.

    Each sequence holds the values that came together; clients get them one by one. A generator
    function, or a coroutine function that returns a generator: the latter is heard from the moment
    the client has subscribed, and what it raises refuses the subscription. Values with a `cursor`
    tell the client where it may resume.
    """
    return lambda function: Subscription(function, policy)


def mutation(
    policy: Policy, *errors: type[UserError]
) -> Callable[[Callable[[Info, UnitOfWork, I], Awaitable[T]]], Mutation[I, T, None]]:
    """A command: `async (info, work, input) -> the changed entity, a list, or a list of rows`.

    The kit opens the unit of work, commits it, keeps the idempotency key and builds the payload.
    `errors` are the agent's own that it may refuse with; the common ones go without saying. An
    input with `dry_run` makes the kit roll back what was tried and show the events.
    """
    return lambda function: Mutation(function, policy, errors)


def prepared(
    policy: Policy,
    *errors: type[UserError],
    prepare: Callable[[Info, I], Awaitable[P]],
    undo: Callable[[Info, I, P], Awaitable[None]] | None = None,
) -> Callable[[Callable[[Info, UnitOfWork, I, P], Awaitable[T]]], Mutation[I, T, P]]:
    """A command that needs other agents: `async (info, work, input, what prepare returned)`.

    `prepare` runs outside any transaction and may use `info.graph`; `undo` where the transaction
    was not committed. Raising `Superseded` in the work has the kit undo and prepare again.
    """
    return lambda function: Mutation(function, policy, errors, prepare, undo)


def reported(
    policy: Policy,
    *errors: type[UserError],
    find: Callable[[Sequence[str], Info], Awaitable[Sequence[T | None]]],
    tell: Callable[[Info, T], Awaitable[Any]],
) -> Callable[[Callable[[Info, UnitOfWork, I], Awaitable[T]]], Mutation[I, T, None]]:
    """A command that changes no entity: `async (info, work, input) -> a record of what was asked`.

    The record has an id and a version, and is no part of the graph; a repeat with the same key
    gets it from `find`. After the commit, outside any transaction, `tell` makes of it how things
    stand: the fields of the dataclass that it returns are those of the payload.
    """
    return lambda function: Mutation(function, policy, errors, report=Report(find, tell))


def resolver(
    entity: type[E], key: str, policy: Policy
) -> Callable[
    [Callable[[Sequence[K], Info], Awaitable[Sequence[E | Exception | None]]]], Resolver[K, E]
]:
    """`async (keys, info) -> values` in the order of the keys, which are distinct.

    A key of one field arrives as its value, one of several as a tuple in the key's order.
    """
    return lambda function: Resolver(entity, tuple(key.split()), function, policy)


def field(
    on: type[E], policy: Policy, name: str | None = None
) -> Callable[
    [Callable[Concatenate[Sequence[E], Info, A], Awaitable[Sequence[T]]]], Field[E, A, T]
]:
    """`async (parents, info, *, arguments...) -> values` in the order of the parents.

    `name` where two types have a field of the same name: it is the function's otherwise.
    """
    return lambda function: Field(on, function, policy, name or function.__name__)


def guarded(
    on: type[E], policy: Policy, name: str | None = None
) -> Callable[[Callable[[E, Info], T]], Guarded[E, T]]:
    """`(parent, info) -> value`: as `field`, for what needs neither I/O nor arguments."""
    return lambda function: Guarded(on, function, policy, name or function.__name__)


def arguments_of(function: Callable[..., Any], skip: int) -> list[inspect.Parameter]:
    """The GraphQL arguments: what follows the first `skip` parameters, hints resolved."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    return [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in parameters
    ]
