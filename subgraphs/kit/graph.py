"""Commands to other agents: documents sent through the graph, straight to the owner's subgraph."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Protocol

from graphql import (
    DocumentNode,
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    Visitor,
    parse,
    visit,
)

from models.database import inside_unit_of_work
from models.transience import Unreachable


class GraphUnavailable(Unreachable):
    """The other agent gave no answer: whether the command took effect is not known."""


@dataclass(frozen=True)
class Document:
    """One operation on the subgraph of `owner`, from `commands/<owner>/<name>.graphql`."""

    owner: str
    name: str
    text: str

    @cached_property
    def node(self) -> DocumentNode:
        return parse(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        """What a service token for it admits: its root fields as coordinates
        (`Mutation.createReservation`), all other fields and type conditions by name.
        """
        names = _Names()
        visit(self.node, names)
        return frozenset(names.found)


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.roots: dict[int, str] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        root = node.operation.value.capitalize()
        self.roots = {
            id(field): f"{root}.{field.name.value}"
            for field in node.selection_set.selections
            if isinstance(field, FieldNode)
        }

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.found.add(self.roots.get(id(node), node.name.value))

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        if node.type_condition is not None:
            self.found.add(node.type_condition.name.value)


def documents(package: str) -> dict[tuple[str, str], Document]:
    """All documents of an agent's package, by owner and name."""
    found: dict[tuple[str, str], Document] = {}
    for owner in sorted(
        files(package).joinpath("commands").iterdir(), key=lambda entry: entry.name
    ):
        for file in sorted(owner.iterdir(), key=lambda entry: entry.name):
            name = file.name.removesuffix(".graphql")
            found[owner.name, name] = Document(owner.name, name, file.read_text())
    return found


class Graph(Protocol):
    """One agent's way to the others, on behalf of one caller."""

    async def send(self, document: Document, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The `data` of the answer; typed errors are in its payloads.

        Raises GraphUnavailable where there is no answer, and GraphRefused where the other agent
        would not execute it. Never inside a unit of work.
        """
        ...


class GraphRefused(Exception):
    """The other agent answered with GraphQL errors: a defect of ours, not of the caller."""


class InsideUnitOfWork(RuntimeError):
    """A transaction would have waited for another agent."""


def outside_unit_of_work() -> None:
    """What every graph checks first: a command never runs while a transaction is open."""
    if inside_unit_of_work():
        raise InsideUnitOfWork("commands to other agents belong into `prepare`, outside the work")


class NoGraph:
    """For an agent that commands nobody."""

    async def send(self, document: Document, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        outside_unit_of_work()
        raise GraphUnavailable(f"nothing connects this process to the {document.owner} agent")
