"""The objects of a world, and how they are resolved: in one schema, or in the subgraphs."""

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import GraphQLSchema, print_schema

from gateway.gateway import GatewaySettings
from tests.gateway.random_splits.split import subgraph_sdl
from tests.gateway.random_splits.world import Entity, Field, World
from tests.gateway.subgraphs import Entity as Find
from tests.gateway.subgraphs import Federation, Resolver, Subgraph, executable

Object = dict[str, Any]
_EACH: Final = 3
_FAILS: Final = object()


class Broken(Exception):
    """A field that fails for one object, wherever it is resolved."""


class NotMine(AssertionError):
    """A subgraph was asked for what it only knows of."""


class Data:
    """Some objects of each entity. Nothing that another field requires ever fails."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.objects: dict[str, list[Object]] = {
            name: [
                {"__typename": name, "id": f"{name}-{number}", "code": f"{number}{name}"}
                for number in range(_EACH)
            ]
            for name in world.entities
        }
        for name, entity in world.entities.items():
            needed = {each for field in entity.fields.values() for each in field.requires}
            for found in self.objects[name]:
                for field in entity.fields.values():
                    if not field.requires:
                        found[field.name] = self._value(field, field.name not in needed)

    def find(self, representation: Mapping[str, Any]) -> Object:
        """By whichever key it has. Raises LookupError."""
        key = "id" if "id" in representation else "code"
        for found in self.objects[representation["__typename"]]:
            if found[key] == representation[key]:
                return found
        raise LookupError(representation)

    def sum(self, entity: Entity, field: Field, found: Object) -> int:
        """The value of a field that requires others."""
        return checksum([self._required(entity, name, found) for name in field.requires])

    def _required(self, entity: Entity, name: str, found: Object) -> Any:
        field = entity.fields[name]
        return self.sum(entity, field, found) if field.requires else found[name]

    def _value(self, field: Field, may_fail: bool) -> Any:
        random = self.world.random
        if field.nullable and random.random() < 0.15:
            return None
        if field.nullable and may_fail and random.random() < 0.1:
            return _FAILS
        if field.target is not None:
            pick = self._pick(field.target)
            return [pick() for _ in range(random.randint(0, 3))] if "[" in field.type else pick()
        return self._leaf(field.type)

    def _leaf(self, kind: str) -> Any:
        random = self.world.random
        size = random.randint(0, 3)
        match kind:
            case "Int" | "Int!":
                return random.randint(0, 99)
            case "Colour":
                return random.choice(("RED", "BLUE"))
            case "[Int]":
                return [random.choice((None, 1, 2)) for _ in range(size)]
            case "[String!]!":
                return [random.choice("xyz") for _ in range(size)]
            case "Value":
                return {"x": random.randint(0, 9), "y": random.choice((None, "y"))}
            case _:
                return random.choice("xyz")

    def _pick(self, target: str) -> Callable[[], Object]:
        names = self.world.members.get(target, [target])
        return lambda: self.world.random.choice(self.objects[self.world.random.choice(names)])


def checksum(values: list[Any]) -> int:
    return zlib.crc32(json.dumps(values).encode()) % 10_000


def monolith(data: Data, schema: GraphQLSchema) -> GraphQLSchema:
    """The API schema over the data, with no federation at all."""
    resolvers = _roots(data, data.world.roots)
    for entity in data.world.entities.values():
        for field in entity.fields.values():
            resolvers[f"{entity.name}.{field.name}"] = _whole(data, entity, field)
    return executable(print_schema(schema), resolvers, {})


def federation(data: Data, quick: bool = False) -> Federation:
    """The same as subgraphs that resolve only what they own.

    `quick`: every shortcut is taken, as over HTTP for operations that come often.
    """
    subgraphs = {name: _subgraph(data, name) for name in data.world.subgraphs}
    for subgraph in subgraphs.values():
        subgraph.owned = quick
    # Planning has its limit elsewhere: a busy machine must not look like a wrong answer.
    settings = GatewaySettings(planning_seconds=60, compile_after=1 if quick else 2)
    return Federation(subgraphs, settings)


def _subgraph(data: Data, name: str) -> Subgraph:
    world = data.world
    resolvers = _roots(data, [root for root in world.roots if name in root.owners])
    finds: dict[str, Find] = {}
    for entity in world.entities.values():
        if name not in world.present(entity):
            continue
        for field in entity.owned(name):
            resolve = _by_representation(field) if field.requires else _own(field)
            resolvers[f"{entity.name}.{field.name}"] = resolve
        external = world.required_in(entity, name) | world.provided_in(entity, name)
        external |= {each.name for each in entity.fields.values() if each.overridden == name}
        for each in external:
            resolvers[f"{entity.name}.{each}"] = _provided(entity.fields[each])
        finds[entity.name] = _finder(data, entity, name)
    return Subgraph(subgraph_sdl(world, name), resolvers, finds)


def _finder(data: Data, entity: Entity, subgraph: str) -> Find:
    def find(representation: Object) -> Object:
        if subgraph in entity.stubs:
            raise NotMine(f"{subgraph} resolves no {entity.name}")
        return {**data.find(representation), "_given": representation}

    return find


def _roots(data: Data, roots: list[Field]) -> dict[str, Resolver]:
    return {f"Query.{root.name}": _root(data, root) for root in roots}


def _root(data: Data, root: Field) -> Resolver:
    assert root.target is not None
    names = data.world.members.get(root.target, [root.target])
    found = [each for name in names for each in data.objects[name]]

    def resolve(_source: Any, _info: Any, n: int | None = None) -> Any:
        if root.argument:
            return found[n] if n is not None and 0 <= n < len(found) else None
        return found

    return resolve


def _own(field: Field) -> Resolver:
    def resolve(source: Object, _info: Any, n: int | None = None) -> Any:
        value = source[field.name]
        if value is _FAILS:
            raise Broken(field.name)
        if field.argument and value is not None:
            return value + (n or 0)
        if field.provides and value is not None:
            return _providing(value, field.provides)
        return value

    return resolve


def _providing(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_providing(each, name) for each in value]
    return {**value, "_provided": name}


def _provided(field: Field) -> Resolver:
    own = _own(field)

    def resolve(source: Object, info: Any) -> Any:
        if source.get("_provided") != field.name:
            raise NotMine(field.name)
        return own(source, info)

    return resolve


def _by_representation(field: Field) -> Resolver:
    def resolve(source: Object, _info: Any) -> Any:
        return checksum([source["_given"][name] for name in field.requires])

    return resolve


def _whole(data: Data, entity: Entity, field: Field) -> Resolver:
    if field.requires:
        return lambda source, _info: data.sum(entity, field, source)
    return _own(field)
