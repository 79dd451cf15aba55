"""Class decorators: a dataclass that is also a GraphQL type.

One class per entity: the repository fills it, the service reasons on it, the client reads it.
Frozen and keyword-only to mypy. The class docstring becomes the description.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeVar, cast, dataclass_transform

import strawberry
from strawberry import federation
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.types.field import StrawberryField

C = TypeVar("C", bound=type[Any])
E = TypeVar("E", bound=type[Enum])
F = TypeVar("F", bound=Callable[..., Any])


@dataclass_transform(kw_only_default=True, frozen_default=True)
def entity(*keys: str) -> Callable[[C], C]:
    """An entity that this agent owns: one `@key` for each of `keys`, each with its resolver."""
    return lambda cls: _object(cls, keys)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def extension(*keys: str) -> Callable[[C], C]:
    """Another agent's entity to which this one adds fields: any key is answered, never null."""
    return lambda cls: _object(cls, keys, extends=True)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def reference(*keys: str) -> Callable[[C], C]:
    """Another agent's entity that this one only points to."""
    return lambda cls: _object(cls, keys, resolvable=False)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def output(cls: C) -> C:
    """A value without identity."""
    return _object(cls)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def shared(cls: C) -> C:
    """A value that every subgraph defines alike; the kit's own."""
    return _object(cls, shareable=True)


@dataclass_transform(kw_only_default=True, frozen_default=True)
def input(cls: C) -> C:
    return strawberry.input(cls, description=describe(cls))


def enum(cls: E) -> E:
    return strawberry.enum(cls, description=describe(cls))


def derived(method: F) -> F:
    """A field computed from the object alone, and seen by whoever may see the object."""
    made = strawberry.field(
        resolver=method, description=describe(method), metadata={"kit": "derived"}
    )
    return cast(F, made)  # Strawberry puts the method back where it found it


def describe(thing: Any) -> str | None:
    """The docstring, unless `dataclass` or `Enum` wrote it."""
    text = thing.__dict__.get("__doc__") if isinstance(thing, type) else thing.__doc__
    return inspect.cleandoc(text) if text else None


def _object(
    cls: C,
    keys: Sequence[str] = (),
    *,
    resolvable: bool = True,
    extends: bool = False,
    shareable: bool = False,
) -> C:
    made = federation.type(
        cls,
        keys=[Key(fields=FieldSet(camel(key)), resolvable=resolvable) for key in keys],
        shareable=shareable,
        description=describe(cls),
    )
    own = resolvable and not extends
    made.__souk_keys__ = [tuple(key.split()) for key in keys] if own else []
    made.__souk_extension__ = [tuple(key.split()) for key in keys] if extends else []
    return made


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def fields_of(cls: type[Any]) -> list[StrawberryField]:
    fields: list[StrawberryField] = cls.__strawberry_definition__.fields
    return fields


@shared
class PlannedEvent:
    """What a dry run would have published: the type, and the id of what it is about."""

    type: str
    subject: strawberry.ID
