"""Along one chosen path, from field to field and from subgraph to subgraph."""

from collections.abc import Iterable, Sequence

from gateway.planning.fetch import Fetch, Place
from gateway.planning.fetches import FetchBuilder
from gateway.planning.graph import Node
from gateway.planning.selection import Cast
from gateway.planning.steps import (
    CastStep,
    FieldStep,
    KeyStep,
    ReenterStep,
    RequiresStep,
    RootStep,
    Step,
)


def build(builder: FetchBuilder, paths: Iterable[Sequence[Step]]) -> list[Fetch]:
    """The fetches that answer what all the paths lead to."""
    for steps in paths:
        Walk(builder).along(steps)
    return builder.fetches


class Walk:
    """Along one path: selects its fields, opening fetches where it changes subgraph."""

    def __init__(self, builder: FetchBuilder) -> None:
        self._builder = builder
        self._place: Place | None = None
        self._node: Node | None = None

    def along(self, steps: Sequence[Step]) -> None:
        index = 0
        while index < len(steps):
            step = steps[index]
            if isinstance(step, KeyStep):
                index = self._hops(steps, index)
            else:
                self._take(step)
                index += 1

    def _hops(self, steps: Sequence[Step], index: int) -> int:
        """A run of hops is one journey; inputs required at its end change where it passes."""
        place, node = self._here()
        target = node
        while isinstance(step := steps[index], KeyStep):
            target = step.target
            index += 1
        if isinstance(step, RequiresStep):
            self._place = self._builder.require(place, node, target, step.inputs)
            index += 1
        else:
            self._place = self._builder.travel(place, node, target)
        self._node = target
        return index

    def _take(self, step: Step) -> None:
        if isinstance(step, RootStep):
            self._place, self._node = self._builder.root(step.node), step.node
            return
        place, node = self._here()
        if isinstance(step, ReenterStep):
            self._place = self._builder.root(step.node, place.path, place.fetch)
            self._node = step.node
        elif isinstance(step, RequiresStep):
            self._place = self._builder.require(place, node, step.node, step.inputs)
            self._node = step.node
        elif isinstance(step, CastStep):
            place.selection.typename()
            cast = place.selection.cast(step.type)
            self._place = Place(place.fetch, cast, (*place.path, Cast(step.type)))
            self._node = step.node
        elif isinstance(step, FieldStep):
            self._field(place, node, step)

    def _field(self, place: Place, node: Node, step: FieldStep) -> None:
        graph = self._builder.graph
        self._node = step.target
        if step.name == "__typename" and graph.is_interface_object(node):
            # What an interface object calls its type is not the object's type.
            place.selection.add(self._builder.keys.placeholder, "__typename")
            return
        below = place.selection.add(step.key, step.name, step.arguments, step.variables)
        if step.is_abstract and not graph.is_interface_object(step.target):
            below.typename()
        self._place = Place(place.fetch, below, (*place.path, step.key))

    def _here(self) -> tuple[Place, Node]:
        if self._place is None or self._node is None:
            raise ValueError("a path starts at a root")
        return self._place, self._node
