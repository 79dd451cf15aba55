"""The selection that a fetch sends, while it grows, and the keys under which data is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import FieldNode


@dataclass(slots=True)
class SelectedField:
    name: str
    arguments: str
    variables: frozenset[str]
    below: "Selection"


@dataclass(slots=True)
class Selection:
    """Fields by the key under which they are kept, and what only objects of one type get."""

    fields: dict[str, SelectedField] = field(default_factory=dict)
    on: dict[str, "Selection"] = field(default_factory=dict)

    def add(
        self, key: str, name: str, arguments: str = "", variables: frozenset[str] = frozenset()
    ) -> "Selection":
        known = self.fields.get(key)
        if known is None:
            known = self.fields[key] = SelectedField(name, arguments, variables, Selection())
        return known.below

    def include(self, other: "Selection") -> None:
        for key, selected in other.fields.items():
            below = self.add(key, selected.name, selected.arguments, selected.variables)
            below.include(selected.below)
        for name, inner in other.on.items():
            self.cast(name).include(inner)

    def typename(self) -> None:
        self.add("__typename", "__typename")

    def cast(self, type_name: str) -> "Selection":
        return self.on.setdefault(type_name, Selection())


class Cast(NamedTuple):
    """In a path: go on only with objects of this type."""

    type: str


PathElement = str | Cast
ResponsePath = tuple[PathElement, ...]


class InternalKeys:
    """Where the planner keeps what it selects for itself: keys, inputs, runtime types.

    A plain field keeps its name, so that it is shared with a client that selects it as it is. A
    name that the client uses for anything else is never used.
    """

    def __init__(self, client: Iterable[FieldNode]) -> None:
        keys: set[str] = set()
        self._taken: set[str] = set()
        for node in client:
            name = node.name.value
            key = node.alias.value if node.alias is not None else name
            keys.add(key)
            if key != name or node.arguments:
                self._taken.add(key)
        self.prefix = "_g"
        while any(key.startswith(self.prefix) for key in keys):
            self.prefix += "_"
        self._numbered: dict[tuple[str, str], int] = {}

    def key(self, name: str, arguments: str = "") -> str:
        if arguments:
            number = self._numbered.setdefault((name, arguments), len(self._numbered))
            return f"{self.prefix}{number}_{name}"
        return f"{self.prefix}_{name}" if name in self._taken else name

    @property
    def placeholder(self) -> str:
        """Selected where a selection would be empty on an interface object, which has no type."""
        return f"{self.prefix}_"
