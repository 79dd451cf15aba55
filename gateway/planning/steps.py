"""The steps of a path from the operation's root to one selected field."""

from dataclasses import dataclass
from typing import NamedTuple, Union

from gateway.planning.fieldsets import FieldSet
from gateway.planning.graph import Node
from gateway.planning.selection import Cast, PathElement, ResponsePath


@dataclass(frozen=True, slots=True)
class RootStep:
    """A root fetch starts in the node's subgraph."""

    node: Node


@dataclass(frozen=True, slots=True)
class ReenterStep:
    """A field returned the query type: a root fetch of another subgraph answers below it."""

    node: Node


@dataclass(frozen=True, slots=True)
class KeyStep:
    """An entity fetch by a key."""

    target: Node
    key: FieldSet


@dataclass(frozen=True, slots=True)
class RequiresStep:
    """The next field lives at the node and needs these inputs in its representation."""

    node: Node
    inputs: FieldSet


@dataclass(frozen=True, slots=True)
class CastStep:
    """From here on only objects of this type."""

    type: str
    node: Node


@dataclass(frozen=True, slots=True)
class FieldStep:
    """A selected field. `is_abstract`: its API type is, so its runtime type must be asked for."""

    key: str
    name: str
    arguments: str
    variables: frozenset[str]
    target: Node
    is_abstract: bool = False


Step = RootStep | ReenterStep | KeyStep | RequiresStep | CastStep | FieldStep


class Path(NamedTuple):
    """The last step, what it costs, and the path before it: paths share their beginnings."""

    step: Step
    cost: float
    previous: Union["Path", None]


class Candidate(NamedTuple):
    """A node where a selection could be answered, and the path that leads there."""

    node: Node
    cost: float
    path: Path


class Alternative(NamedTuple):
    """One way to answer a leaf."""

    cost: float
    path: Path


def response_path(path: Path | None) -> ResponsePath:
    """Where in the answer a path has led."""
    elements: list[PathElement] = []
    while path is not None:
        if isinstance(path.step, FieldStep):
            elements.append(path.step.key)
        elif isinstance(path.step, CastStep):
            elements.append(Cast(path.step.type))
        path = path.previous
    return tuple(reversed(elements))
