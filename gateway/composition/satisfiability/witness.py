"""Explains why a field cannot be had: a query that would ask for it, and what stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.composition.errors import ErrorCode
from gateway.composition.satisfiability.graph import Graph
from gateway.composition.satisfiability.nodes import Node
from gateway.composition.schema import OutputField, TypeDef
from gateway.composition.subgraph.model import Subgraph

_EXPLAINED_SUBGRAPHS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """How the walk came here: a field, or the text of a root or fragment; newest first."""

    taken: OutputField | str
    before: "Step | None"


class Witness:
    """Writes the errors of one walk."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def report_field(
        self, owner: TypeDef, field: OutputField, frontier: frozenset[Node], path: Step
    ) -> None:
        """SATISFIABILITY_ERROR for a field that no subgraph can be asked for."""
        reasons = [
            reason
            for node in self._explained(frontier)
            for reason in self._reasons(owner, field, self._graph.subgraphs[node.graph])
        ]
        query = _query(_opening(field) + self._selection(field), path)
        owners = [s.name for s in self._owners(owner.name, field.name)]
        self._report(f"{owner.name}.{field.name}", frontier, owners, query, reasons)

    def report_unknown_type(
        self, interface: TypeDef, type_name: str, frontier: frozenset[Node], path: Step
    ) -> None:
        """SATISFIABILITY_ERROR for an interface object whose real type nobody can tell."""
        reasons = [
            f"from {self._graph.subgraphs[node.graph].name} no subgraph can be reached that "
            f"knows the implementations of {interface.name}: give {interface.name} a resolvable "
            "@key where it is defined as an interface"
            for node in self._explained(frontier)
        ]
        query = _query("__typename", path)
        self._report(type_name, frontier, [], query, reasons)

    def _report(
        self,
        coordinate: str,
        frontier: frozenset[Node],
        owners: list[str],
        query: str,
        reasons: list[str],
    ) -> None:
        supergraph = self._graph.supergraph
        asked = [self._graph.subgraphs[node.graph].name for node in sorted(frontier)]
        labels = ""
        if supergraph.labels:
            active = ", ".join(sorted(self._graph.active_labels)) or "none"
            labels = f" (active override labels: {active})"
        supergraph.report.error(
            ErrorCode.SATISFIABILITY_ERROR,
            [*asked, *owners],
            coordinate,
            f"{query} cannot be answered{labels}: {'; '.join(dict.fromkeys(reasons))}",
        )

    def _explained(self, frontier: frozenset[Node]) -> list[Node]:
        return sorted(frontier, key=lambda node: (node.graph, node))[:_EXPLAINED_SUBGRAPHS]

    def _owners(self, type_name: str, field_name: str) -> list[Subgraph]:
        return [s for s in self._graph.subgraphs if self._graph.resolves(s, type_name, field_name)]

    def _reasons(self, owner: TypeDef, field: OutputField, asked: Subgraph) -> Iterator[str]:
        coordinate = f"{owner.name}.{field.name}"
        owners = self._owners(owner.name, field.name)
        if not owners:
            yield (
                f"no subgraph that {asked.name} can reach resolves {coordinate}: resolve it in "
                f"{asked.name}, or make it reachable by a @key"
            )
        for other in owners:
            keys = [k for k in other.types[owner.name].keys if k.resolvable]
            if other is asked and keys:
                yield (
                    f"{asked.name} has {coordinate}, but what it requires cannot be obtained: "
                    "make the fields of its @requires reachable by a @key"
                )
            elif other is asked:
                yield (
                    f"{asked.name} has {coordinate}, but no resolvable @key of {owner.name} by "
                    "which it could be given what the field requires: add one"
                )
            elif not keys:
                yield (
                    f"{other.name} has {coordinate}, but no resolvable @key of {owner.name} by "
                    f"which {asked.name} could ask it: add one there"
                )
            else:
                told = " or ".join(f'@key(fields: "{k.fields_text}")' for k in keys)
                yield (
                    f"from {asked.name} the fields of {told} of {other.name}, which has "
                    f"{coordinate}, cannot be obtained: add them to {owner.name} in {asked.name}"
                )

    def _selection(self, field: OutputField) -> str:
        return " { ... }" if self._graph.is_composite(field.type.named) else ""


def _query(innermost: str, path: Step) -> str:
    text = innermost
    step: Step | None = path
    while step is not None:
        opening = step.taken if isinstance(step.taken, str) else _opening(step.taken)
        text = f"{opening} {{ {text} }}"
        step = step.before
    return text


def _opening(field: OutputField) -> str:
    required = [f"{a.name}: ..." for a in field.arguments.values() if a.required]
    return field.name + (f"({', '.join(required)})" if required else "")
