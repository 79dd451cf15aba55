"""A fetch while it grows: what it asks of its subgraph, and the inputs it sends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from gateway.planning.selection import ResponsePath, Selection


class InputField(NamedTuple):
    """A field of a representation, read from the data under `key`."""

    name: str
    key: str
    below: tuple["Input", ...]


class InputCast(NamedTuple):
    """Inputs that only objects of one type have."""

    type: str
    below: tuple["Input", ...]


Input = InputField | InputCast


@dataclass(slots=True, eq=False)
class Fetch:
    """One selection asked of one subgraph for the objects at one path.

    `keys` identify the entity, `inputs` are what its fields require besides; both are read from
    the data. `representation_type` replaces the object's own type for interface objects. `spare`
    is the part of the selection that needs no inputs.
    """

    graph: str
    kind: Literal["root", "entity"]
    type: str
    path: ResponsePath
    deps: set["Fetch"] = field(default_factory=set)
    selection: Selection = field(default_factory=Selection)
    keys: list[Input] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    representation_type: str | None = None
    spare: Selection | None = None

    def carry(self, rider: "Fetch") -> None:
        """Selects for another fetch too; what that one selects needs no inputs."""
        self.selection.include(rider.selection)
        self.spare = self.spare or Selection()
        self.spare.include(rider.selection)
        self.keys.extend(item for item in rider.keys if item not in self.keys)

    def need(self, keys: Iterable[Input], inputs: Iterable[Input] = ()) -> None:
        self.keys.extend(item for item in keys if item not in self.keys)
        self.inputs.extend(item for item in inputs if item not in self.inputs)


class Place(NamedTuple):
    """Where selecting goes on: in which fetch, at which part of its selection, at which path."""

    fetch: Fetch
    selection: Selection
    path: ResponsePath


class Gathered(NamedTuple):
    """Inputs for a representation and the fetches that contribute to them."""

    items: tuple[Input, ...]
    deps: frozenset[Fetch]


def clash(first: Sequence[Input], second: Sequence[Input]) -> bool:
    """Whether one representation would need two values under one name."""
    for one in first:
        for other in second:
            if isinstance(one, InputField) and isinstance(other, InputField):
                if one.name == other.name and (
                    one.key != other.key or clash(one.below, other.below)
                ):
                    return True
            elif (
                isinstance(one, InputCast)
                and isinstance(other, InputCast)
                and one.type == other.type
                and clash(one.below, other.below)
            ):
                return True
    return False
