"""What there is in a random world, and which subgraph has which of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

ABSTRACT: Final = {"Thing": "an interface", "Either": "a union"}
_LEAVES: Final = ("Int", "Int!", "String", "Colour", "[Int]", "[String!]!", "Value")
_LINKS: Final = ("{}", "{}!", "[{}]", "[{}!]!")
_SIMPLE: Final = {"Int", "Int!", "String", "Colour", "[Int]", "[String!]!"}


@dataclass(frozen=True, slots=True)
class Field:
    """`owners` resolve it; `overridden` has it, too, and must never be asked.

    `target`: the entity or abstract type that it leads to. `requires` are fields of the same
    type, `provides` is one of the target's.
    """

    name: str
    type: str
    owners: tuple[str, ...]
    target: str | None = None
    argument: bool = False
    requires: tuple[str, ...] = ()
    provides: str | None = None
    overridden: str | None = None

    @property
    def nullable(self) -> bool:
        return not self.type.endswith("!")


@dataclass
class Entity:
    """`keys`: by subgraph, those that it can be found by there; `stubs` cannot resolve it."""

    name: str
    has_code: bool
    fields: dict[str, Field] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stubs: set[str] = field(default_factory=set)

    def owned(self, subgraph: str) -> list[Field]:
        return [each for each in self.fields.values() if subgraph in each.owners]


class World:
    """The same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.subgraphs = ["a", "b", "c", "d", "e"][: self.random.randint(2, 5)]
        names = ["T0", "T1", "T2", "T3"][: self.random.randint(2, 4)]
        self.members = {each: self._some(names) for each in ABSTRACT}
        self.entities = {name: Entity(name, self.chance(0.5)) for name in names}
        for entity in self.entities.values():
            self._leaves(entity)
            self._requirements(entity)
        for entity in self.entities.values():
            self._links(entity)
        self.roots = list(self._roots())
        for entity in self.entities.values():
            self._place(entity)

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def present(self, entity: Entity) -> set[str]:
        """The subgraphs that have to know the type."""
        return set(self._reasons(entity))

    def abstract(self, name: str) -> set[str]:
        """The subgraphs in which something leads to this abstract type."""
        fields = [each for entity in self.entities.values() for each in entity.fields.values()]
        leading = [each for each in (*fields, *self.roots) if each.target == name]
        return {owner for each in leading for owner in each.owners}

    def required_in(self, entity: Entity, subgraph: str) -> set[str]:
        """Fields that a subgraph has as external, to require them."""
        return {name for each in entity.owned(subgraph) for name in each.requires}

    def provided_in(self, entity: Entity, subgraph: str) -> set[str]:
        """Fields that a subgraph has as external, to provide them."""
        links = [each for other in self.entities.values() for each in other.owned(subgraph)]
        return {
            each.provides
            for each in links
            if each.target == entity.name and each.provides is not None
        }

    def _some(self, names: list[str]) -> list[str]:
        return sorted(self.random.sample(names, self.random.randint(1, len(names))))

    def _owners(self, more_often: float = 0.3) -> tuple[str, ...]:
        count = 2 if self.chance(more_often) else 1
        return tuple(sorted(self.random.sample(self.subgraphs, count)))

    def _leaves(self, entity: Entity) -> None:
        entity.fields["common"] = Field("common", "String", self._owners(0.4))
        for number in range(self.random.randint(1, 4)):
            name, kind = f"leaf{number}", self.random.choice(_LEAVES)
            made = Field(name, kind, self._owners())
            if kind == "Int" and self.chance(0.7):
                made = replace(made, argument=True)
            elif len(made.owners) == 1 and self.chance(0.15):
                others = [each for each in self.subgraphs if each not in made.owners]
                made = replace(made, overridden=self.random.choice(others))
            entity.fields[name] = made

    def _requirements(self, entity: Entity) -> None:
        """The second may require the first."""
        for number in range(self.random.choice((0, 1, 1, 2))):
            owner = self.random.choice(self.subgraphs)
            free = [
                each.name
                for each in entity.fields.values()
                if each.type in _SIMPLE
                and owner not in each.owners
                and not each.argument
                and each.overridden is None
            ]
            if free:
                wanted = self.random.sample(free, min(len(free), self.random.randint(1, 2)))
                if "sum0" in free:
                    wanted = sorted({*wanted, "sum0"})
                name = f"sum{number}"
                entity.fields[name] = Field(name, "Int", (owner,), requires=tuple(wanted))

    def _links(self, entity: Entity) -> None:
        for number in range(self.random.randint(1, 3)):
            target = self.random.choice([*self.entities, *ABSTRACT])
            kind = self.random.choice(_LINKS).format(target)
            made = Field(f"link{number}", kind, self._owners(), target)
            if target in self.entities and len(made.owners) == 1 and self.chance(0.4):
                free = [
                    each.name
                    for each in self.entities[target].fields.values()
                    if each.type in _SIMPLE
                    and each.owners[0] != made.owners[0]
                    and made.owners[0] not in each.owners
                    and not (each.argument or each.requires or each.overridden)
                ]
                if free:
                    made = replace(made, provides=self.random.choice(free))
            entity.fields[made.name] = made

    def _roots(self) -> Iterator[Field]:
        for name in self.entities:
            yield Field(f"one{name}", name, self._owners(0.1), name, argument=True)
            yield Field(f"all{name}", f"[{name}!]!", self._owners(0.2), name)
        yield Field("things", "[Thing!]!", self._owners(0.2), "Thing")
        yield Field("eithers", "[Either]", self._owners(0.2), "Either")

    def _reasons(self, entity: Entity) -> Iterator[str]:
        for each in entity.fields.values():
            yield from each.owners
            if each.overridden:
                yield each.overridden
        for name, members in self.members.items():
            if entity.name in members:
                yield from self.abstract(name)
        fields = [each for other in self.entities.values() for each in other.fields.values()]
        for each in (*fields, *self.roots):
            if each.target == entity.name:
                yield from each.owners

    def _place(self, entity: Entity) -> None:
        """Its keys in each subgraph; one has all of them, as a way from one to the other."""
        home = entity.fields["common"].owners[0]
        for subgraph in sorted(self.present(entity)):
            if not entity.has_code or (subgraph != home and self.chance(0.4)):
                keys: tuple[str, ...] = ("id",)
            elif subgraph != home and self.chance(0.5):
                keys = ("code",)
            else:
                keys = ("id", "code")
            entity.keys[subgraph] = keys
            overridden = any(each.overridden == subgraph for each in entity.fields.values())
            if not entity.owned(subgraph) and not overridden and self.chance(0.8):
                entity.stubs.add(subgraph)
