"""`_entities`: representations grouped by resolver, each group answered by one call."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from graphql import GraphQLError

from subgraphs.kit.context import Context, Info
from subgraphs.kit.specs import Resolver
from subgraphs.kit.types import fields_of, snake

_ID: Final = ("id",)

Find: TypeAlias = Callable[[Sequence[Any], Info], Awaitable[Sequence[Any]]]


class Entities:
    """All entities that one subgraph answers for."""

    def __init__(
        self, resolvers: Sequence[Resolver[Any, Any]], extensions: Sequence[type[Any]]
    ) -> None:
        self.by_type: dict[str, list[Resolver[Any, Any]]] = defaultdict(list)
        for resolver in resolvers:
            self.by_type[resolver.entity.__name__].append(resolver)
        self.extensions = {cls.__name__: cls for cls in extensions if cls.__souk_extension__}

    async def resolve(self, context: Context, representations: Sequence[Any]) -> list[Any]:
        """Same order, same length; an Exception in a place is that place's error alone."""
        answers: list[Any] = [None] * len(representations)
        groups: dict[Resolver[Any, Any], dict[Any, list[int]]] = defaultdict(dict)
        for place, representation in enumerate(representations):
            try:
                route = self._route(representation)
            except GraphQLError as error:
                answers[place] = error
                continue
            if isinstance(route, tuple):
                resolver, key = route
                groups[resolver].setdefault(key, []).append(place)
            else:
                answers[place] = route

        async def answer(resolver: Resolver[Any, Any], places: dict[Any, list[int]]) -> None:
            keys = list(places)
            try:
                info = context.info(resolver.policy, resolver.entity.__name__)
                values = checked(await resolver.function(keys, info), keys)
                if resolver.key == _ID:
                    values = [
                        _identical(value, key) for value, key in zip(values, keys, strict=True)
                    ]
            except Exception as error:  # noqa: BLE001 boundary: a group's failure is its own
                values = [error] * len(keys)
            for key, value in zip(keys, values, strict=True):
                for place in places[key]:
                    answers[place] = value

        async with asyncio.TaskGroup() as tasks:
            for resolver, places in groups.items():
                tasks.create_task(answer(resolver, places))
        return answers

    def finder(self, entity: type[Any]) -> Find:
        """The resolver of the entity's id, by which a repeated mutation finds what it made."""
        for resolver in self.by_type[entity.__name__]:
            if resolver.key == ("id",):
                return resolver.function
        raise TypeError(f"{entity.__name__} is changed by a mutation, but has no resolver by id")

    def _route(self, representation: Any) -> Any:
        """The resolver to ask with its key, or at once the entity, where it is an extension."""
        if not isinstance(representation, dict):
            raise GraphQLError("A representation is an object.")
        typename = str(representation.get("__typename"))
        given = {snake(name): value for name, value in representation.items()}
        if extended := self.extensions.get(typename):
            known = {field.python_name for field in fields_of(extended)} & given.keys()
            if any(_texts(given, key) for key in extended.__souk_extension__):
                return extended(**{name: given[name] for name in known})
        for resolver in self.by_type.get(typename, ()):
            if key := _texts(given, resolver.key):
                return resolver, key if len(key) > 1 else key[0]
        raise GraphQLError(f"No entity {typename!r} with such a key here.")


def _texts(given: Mapping[str, Any], key: tuple[str, ...]) -> tuple[str, ...]:
    """The key's values; nothing where one is missing or no text."""
    values = tuple(value for part in key if isinstance(value := given.get(part), str))
    return values if len(values) == len(key) else ()


def _identical(value: Any, id: Any) -> Any:
    """Answers go by position: nobody may get the data of another entity for a resolver's slip."""
    if value is None or isinstance(value, Exception) or value.id == id:
        return value
    return ValueError(f"{type(value).__name__} {id} was asked for, and {value.id} answered")


def checked(values: Sequence[Any], asked: Sequence[Any]) -> Sequence[Any]:
    if len(values) != len(asked):
        raise ValueError(f"a batch of {len(asked)} was answered with {len(values)} values")
    return values
