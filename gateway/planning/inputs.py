"""The protected fields that plans may send to subgraphs: in keys, and as inputs of other fields."""

from collections.abc import Iterator

from gateway.planning.fieldsets import FieldSet, FieldSets, SetField
from gateway.planning.model import Supergraph, TypeTable, base_name
from gateway.policy.authorization import Denial
from gateway.policy.requirements import NOTHING, Needs

Coordinate = tuple[str, str]
"""A type and a field of it."""


class ProtectedInputs:
    """What representations may contain that not everybody may read.

    By type, as for its keys: which of them is used is known only once there is a plan. And by
    field, for what it requires.
    """

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._sets = FieldSets()
        self._inputs: dict[Coordinate, set[Coordinate]] = {}
        self._leads_to: dict[Coordinate, set[Coordinate]] = {}
        for table in supergraph.types.values():
            self._read(table)
        self._close()
        self._needs: dict[Coordinate, Needs] = {}
        protected: set[Coordinate] = set()
        for place, inputs in self._inputs.items():
            needs = {each: self._needs_of(each) for each in inputs}
            protected |= {each for each, need in needs.items() if need}
            if any(needs.values()):
                self._needs[place] = NOTHING.union(*needs.values())
        self._protected = frozenset(protected)

    def needs(self, type_name: str, field: str = "") -> Needs:
        """What it may take to have its objects completed, or this field of them, elsewhere."""
        return self._needs.get((type_name, field), NOTHING)

    def hidden(self, denial: Denial | None) -> frozenset[Coordinate]:
        """The inputs that may not be read for this caller's sake."""
        if denial is None or not self._protected:
            return frozenset()
        return frozenset(each for each in self._protected if denial.field(*each))

    def _needs_of(self, coordinate: Coordinate) -> Needs:
        requirements = self._supergraph.requirements
        name, field = coordinate
        return NOTHING.union(
            *(requirements.field(each, field) for each in requirements.possible(name))
        )

    # -- reading

    def _read(self, table: TypeTable) -> None:
        keys = (table.name, "")
        # An object may be met as any of its interfaces, and an interface as any of its objects.
        related = {name for _, name in table.implements} | {*self._supergraph.possible(table.name)}
        self._leads_to[keys] = {(name, "") for name in related}
        self._inputs[keys] = set()
        for join in table.joins:
            if join.key is not None:
                self._walk(keys, table.name, self._sets.parse(join.key))
        for item in table.fields.values():
            for requires in {join.requires for join in item.joins if join.requires is not None}:
                self._walk((table.name, item.name), table.name, self._sets.parse(requires))

    def _walk(self, place: Coordinate, scope: str, wanted: FieldSet) -> None:
        inputs = self._inputs.setdefault(place, set())
        leads_to = self._leads_to.setdefault(place, set())
        stack = [(scope, wanted)]
        while stack:
            name, items = stack.pop()
            leads_to.add((name, ""))
            for item in items.items:
                if isinstance(item, SetField):
                    owners = {(each, item.name) for each in self._owners(name)}
                    inputs |= owners
                    leads_to |= owners
                    if item.sub is not None:
                        returned = self._supergraph.types[name].fields[item.name].type
                        stack.append((base_name(returned), item.sub))
                else:
                    stack.append((item.type, item.sub))

    def _owners(self, name: str) -> Iterator[str]:
        yield name
        if self._supergraph.kind(name) != "object":
            yield from self._supergraph.possible(name)

    def _close(self) -> None:
        """Reading an input may take keys of the objects that lead to it, and so on."""
        changed = True
        while changed:
            changed = False
            for place, inputs in self._inputs.items():
                before = len(inputs)
                for other in self._leads_to[place]:
                    inputs |= self._inputs.get(other, set())
                changed |= len(inputs) > before
