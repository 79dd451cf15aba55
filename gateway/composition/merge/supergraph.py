"""The merged schema and the facts about it that later phases need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from graphql import DirectiveDefinitionNode

from gateway.composition.errors import Report
from gateway.composition.schema import Applied, Element, InputValue, Kind, TypeDef
from gateway.composition.subgraph.model import FieldId, Subgraph
from gateway.spec.links import Link


class Position(Enum):
    """Where a type is used."""

    INPUT = auto()
    OUTPUT = auto()


@dataclass(frozen=True, slots=True)
class Override:
    """A field that another subgraph takes over; `label` makes it progressive.

    `still_used`: the overridden subgraph needs its copy for a field set or an interface.
    """

    label: str | None
    still_used: bool
    by: str


@dataclass(slots=True)
class ComposedDirective:
    """A custom directive that `@composeDirective` carries; the newest definition is kept."""

    name: str
    link: Link
    original: str
    definition: DirectiveDefinitionNode
    first_subgraph: str


@dataclass(frozen=True, slots=True)
class ExecutableDirective:
    """A directive for operations that all subgraphs define."""

    name: str
    arguments: Mapping[str, InputValue]
    repeatable: bool
    locations: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Supergraph:
    """Filled in by the modules of this package; read by the rules, satisfiability and join.

    `overrides` is keyed by type, field and overridden subgraph; `implementations` by interface
    and `memberships` by union, in any subgraph; `copied` are the fields that implementations
    take from an interface object; `directive_names` are the names in the supergraph.
    """

    subgraphs: Sequence[Subgraph]
    report: Report
    kinds: dict[str, Kind] = field(default_factory=dict)
    types: dict[str, TypeDef] = field(default_factory=dict)
    implementations: dict[str, dict[str, None]] = field(default_factory=dict)
    memberships: dict[str, dict[str, None]] = field(default_factory=dict)
    overrides: dict[tuple[str, str, str], Override] = field(default_factory=dict)
    positions: dict[str, set[Position]] = field(default_factory=dict)
    copied: set[FieldId] = field(default_factory=set)
    directive_names: dict[str, str] = field(default_factory=dict)
    composed: dict[str, ComposedDirective] = field(default_factory=dict)
    executable: list[ExecutableDirective] = field(default_factory=list)
    schema_directives: list[Applied] = field(default_factory=list)
    schema_description: str | None = None

    def with_type(self, name: str) -> list[tuple[Subgraph, TypeDef]]:
        """The subgraphs that have a type, with their version of it."""
        return [(s, s.types[name]) for s in self.subgraphs if name in s.types]

    def is_named_subtype(self, narrow: str, wide: str) -> bool:
        """Whether one type implements the other, or is a member of it."""
        return narrow in self.implementations.get(wide, ()) or narrow in self.memberships.get(
            wide, ()
        )

    def note_use(self, type_name: str, position: Position) -> None:
        self.positions.setdefault(type_name, set()).add(position)

    def is_dropped(self, type_name: str, field_name: str, subgraph: Subgraph) -> bool:
        """Overridden for good: no label decides, and the subgraph itself has no use for it."""
        found = self.overrides.get((type_name, field_name, subgraph.name))
        return found is not None and found.label is None and not found.still_used

    @property
    def labels(self) -> list[str]:
        """The labels of progressive overrides, in alphabetical order."""
        return sorted({o.label for o in self.overrides.values() if o.label is not None})

    def carried(self) -> Iterator[Applied]:
        """Every directive on the merged schema."""
        yield from self.schema_directives
        for found in self.types.values():
            for element in found.elements():
                yield from element.directives

    def hidden(self, element: Element) -> bool:
        """Whether an element is absent from the API schema."""
        return element.has("inaccessible")


def names(sources: Sequence[tuple[Subgraph, object]]) -> list[str]:
    """The names of the subgraphs of some sources."""
    return [subgraph.name for subgraph, _ in sources]
