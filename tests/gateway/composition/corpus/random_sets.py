"""Random sets of subgraphs: most compose, some do not, and none is what anybody thought of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

_KEYS: Final = ("id", "sku", "code")
_LEAVES: Final = ("f0", "f1", "f2", "f3")
_LINKS: Final = ("r0", "r1")
_IMPORTS: Final = ", ".join(
    f'"@{name}"'
    for name in (
        *("key", "requires", "provides", "external", "tag", "inaccessible", "shareable"),
        *("override", "interfaceObject", "extends", "authenticated", "requiresScopes"),
    )
)


def random_set(seed: int) -> dict[str, str]:
    """Two to four subgraphs, by name; the same for the same seed."""
    world = _World(Random(seed))
    return {name: _Subgraph(world, name).sdl() for name in world.names}


class _World:
    """What the subgraphs of one set more or less agree about."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = ["a", "b", "c", "d"][: random.randint(2, 4)]
        self.entities = ["E0", "E1", "E2"][: random.randint(1, 3)]
        self.keys = {each: random.sample(_KEYS, random.randint(1, 2)) for each in self.entities}
        kinds = ["Int", "String", "Int!", "[Int]", "Colour"]
        self.leaf = {(e, f): random.choice(kinds) for e in self.entities for f in _LEAVES}
        aims = [*self.entities, "Value", "Face", "Either"]
        self.link = {(e, f): random.choice(aims) for e in self.entities for f in _LINKS}
        self.owners = {
            (entity, name): random.sample(self.names, 1 if random.random() < 0.75 else 2)
            for entity in self.entities
            for name in (*_LEAVES, *_LINKS)
        }
        self.keyed_interface = random.random() < 0.3

    def chance(self, of: float) -> bool:
        return self.random.random() < of


@dataclass
class _Entity:
    name: str
    keys: list[str]
    fields: dict[str, str] = field(default_factory=dict)


class _Subgraph:
    """One of them, in the making."""

    def __init__(self, world: _World, name: str) -> None:
        self.world = world
        self.name = name
        self.chance = world.chance
        self.federation1 = self.chance(0.15)
        is_last = name == world.names[-1]
        self.interface_object = world.keyed_interface and is_last and not self.federation1
        present = [each for each in world.entities if self.chance(0.8)]
        # The subgraph of an interface object knows no implementations.
        self.present = [] if self.interface_object else present
        self.implements = bool(self.present) and self.chance(0.6)
        self.used: set[str] = set()

    def sdl(self) -> str:
        entities = [self._entity(name) for name in self.present]
        for entity in entities:
            self._provide(entity, entities)
        definitions = [self._type(each) for each in entities]
        definitions += self._shared_types()
        if roots := list(self._roots()):
            definitions.append(f"type Query {{ {' '.join(roots)} }}")
        if not definitions:
            definitions.append(f"type Query {{ only{self.name}: Int }}")
        return self._head() + "\n".join(definitions)

    def _head(self) -> str:
        if self.federation1:
            return ""
        url = "https://specs.apollo.dev/federation/v2.7"
        return f'extend schema @link(url: "{url}", import: [{_IMPORTS}])\n'

    def _modern(self, directive: str, often: float = 1.0) -> str:
        """A directive that Federation 1 does not have."""
        return f" {directive}" if not self.federation1 and self.chance(often) else ""

    def _entity(self, name: str) -> _Entity:
        world = self.world
        keys = [key for key in world.keys[name] if self.chance(0.8)]
        keys = keys or [world.random.choice(world.keys[name])]
        if world.keyed_interface and "id" not in keys and self.chance(0.9):
            keys.append("id")
        if self.chance(0.08):
            keys = []
        entity = _Entity(name, keys)
        for key in _KEYS:
            if key in keys or (key in world.keys[name] and self.chance(0.3)):
                entity.fields[key] = f"{key}: ID"
                if key not in keys:
                    entity.fields[key] += self._modern("@shareable")
        for leaf in _LEAVES:
            if self.name in world.owners[name, leaf]:
                self._leaf(entity, leaf)
        return entity

    def _leaf(self, entity: _Entity, leaf: str) -> None:
        world, name = self.world, entity.name
        kind = world.leaf[name, leaf]
        if self.chance(0.05):
            kind = kind.rstrip("!")
        more = self._modern("@shareable", 0.93) if len(world.owners[name, leaf]) > 1 else ""
        others = [each for each in world.names if each != self.name]
        label = ', label: "new"' if self.chance(0.3) else ""
        more += self._modern(f'@override(from: "{world.random.choice(others)}"{label})', 0.05)
        more += self._modern("@inaccessible", 0.03)
        more += self._modern("@authenticated", 0.03)
        more += ' @tag(name: "t")' if self.chance(0.03) else ""
        wanted = world.random.choice([each for each in _LEAVES if each != leaf])
        if self.chance(0.2) and self.name not in world.owners[name, wanted]:
            entity.fields[wanted] = f"{wanted}: {world.leaf[name, wanted]} @external"
            self.used.add(world.leaf[name, wanted])
            more += f' @requires(fields: "{wanted}")'
        self.used.add(kind)
        entity.fields[leaf] = f"{leaf}: {kind}{more}"

    def _provide(self, entity: _Entity, entities: list[_Entity]) -> None:
        """Its links to others, some of which bring a field of the other along."""
        world = self.world
        by_name = {each.name: each for each in entities}
        for link in _LINKS:
            aim = world.link[entity.name, link]
            if self.name not in world.owners[entity.name, link]:
                continue
            if aim in world.entities and aim not in by_name:
                continue
            more = self._modern("@shareable") if len(world.owners[entity.name, link]) > 1 else ""
            if aim in by_name and self.chance(0.25):
                given = world.random.choice(_LEAVES)
                if self.name not in world.owners[aim, given]:
                    kind = world.leaf[aim, given]
                    by_name[aim].fields.setdefault(given, f"{given}: {kind} @external")
                    self.used.add(kind)
                    more += f' @provides(fields: "{given}")'
            self.used.add(aim)
            entity.fields[link] = f"{link}: {aim}{more}"

    def _type(self, entity: _Entity) -> str:
        if not entity.fields:
            entity.fields["own"] = f"own{self.name}: Int"
        if self.implements and "id" not in entity.fields:
            entity.fields["id"] = f"id: ID{self._modern('@shareable')}"
        keys = ""
        for key in entity.keys:
            away = "" if self.federation1 or not self.chance(0.07) else ", resolvable: false"
            keys += f' @key(fields: "{key}"{away})'
        head = f"type {entity.name}{' implements Face' if self.implements else ''}{keys}"
        return f"{head} {{ {' '.join(entity.fields.values())} }}"

    def _shared_types(self) -> Iterator[str]:
        if self.interface_object:
            yield 'type Face @interfaceObject @key(fields: "id") { id: ID more: Int }'
        elif self.implements or "Face" in self.used:
            keyed = self.world.keyed_interface and self.chance(0.8)
            key = self._modern('@key(fields: "id")') if keyed else ""
            yield f"interface Face{key} {{ id: ID }}"
        if "Either" in self.used:
            members = self.present or ["Value"]
            self.used |= set(members)
            yield f"union Either = {' | '.join(members)}"
        if "Value" in self.used:
            fields = [each for each in ("v0", "v1", "v2") if self.chance(0.8)] or ["v0"]
            body = " ".join(f"{each}: Int" for each in fields)
            yield f"type Value{self._modern('@shareable')} {{ {body} }}"
        if "Colour" in self.used:
            values = [each for each in "ABC" if each == "A" or self.chance(0.95)]
            yield f"enum Colour {{ {' '.join(values)} }}"
        if self.chance(0.3):
            must = "!" if self.chance(0.2) else ""
            yield f"input Given {{ x: Int{must}{' y: Int' if self.chance(0.5) else ''} }}"
            self.used.add("Given")

    def _roots(self) -> Iterator[str]:
        for name in self.present:
            if self.chance(0.5):
                yield f"{name.lower()}{self.name}: {name}"
        if self.interface_object and self.chance(0.7):
            yield f"face{self.name}: Face"
        if self.implements and self.chance(0.5):
            yield f"faces{self.name}: [Face]"
        if "Value" in self.used and self.chance(0.3):
            yield f"value: Value{self._modern('@shareable')}"
        if self.chance(0.25):
            default = " = 1" if self.chance(0.3) else ""
            must = "!" if self.chance(0.1) else ""
            shared = self._modern("@shareable", 0.95)
            yield f"count(n: Int{default}, of: String{must}): Int{shared}"
        if "Given" in self.used:
            yield f"sum{self.name}(of: Given): Int"
        if "Colour" in self.used and self.chance(0.3):
            yield f"paint{self.name}(in: Colour): Int"
