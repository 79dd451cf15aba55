"""Finds the kind of every type, and which types implement or belong to which."""

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph, names
from gateway.composition.schema import ROOT_TYPE_NAMES, Kind
from gateway.composition.subgraph.model import Subgraph

_WORDS = {
    Kind.OBJECT: "an object type",
    Kind.INTERFACE: "an interface",
    Kind.UNION: "a union",
    Kind.ENUM: "an enum",
    Kind.INPUT: "an input object",
    Kind.SCALAR: "a scalar",
}


def find_kinds(supergraph: Supergraph) -> None:
    """TYPE_KIND_MISMATCH and EXTENSION_WITH_NO_BASE; a type of two kinds is not merged."""
    by_kind: dict[str, dict[Kind, list[Subgraph]]] = {}
    for subgraph in supergraph.subgraphs:
        for found in subgraph.types.values():
            is_interface = found.name in subgraph.interface_objects
            kind = Kind.INTERFACE if is_interface else found.kind
            by_kind.setdefault(found.name, {}).setdefault(kind, []).append(subgraph)
            for interface in found.interfaces:
                supergraph.implementations.setdefault(interface, {})[found.name] = None
            for member in found.members:
                supergraph.memberships.setdefault(found.name, {})[member] = None
    for name, kinds in by_kind.items():
        if len(kinds) == 1:
            supergraph.kinds[name] = next(iter(kinds))
            _check_base(supergraph, name)
        else:
            _report_kinds(supergraph, name, kinds)


def _report_kinds(supergraph: Supergraph, name: str, kinds: dict[Kind, list[Subgraph]]) -> None:
    told = ", but ".join(
        f"{_WORDS[kind]} in {', '.join(s.name for s in subgraphs)}"
        for kind, subgraphs in kinds.items()
    )
    supergraph.report.error(
        ErrorCode.TYPE_KIND_MISMATCH,
        [s.name for subgraphs in kinds.values() for s in subgraphs],
        name,
        f"it is {told}: make it the same everywhere, or rename one",
    )


def _check_base(supergraph: Supergraph, name: str) -> None:
    sources = supergraph.with_type(name)
    if name not in ROOT_TYPE_NAMES and not any(
        found.defined and (subgraph.federation_1 or not found.has("extends"))
        for subgraph, found in sources
    ):
        supergraph.report.error(
            ErrorCode.EXTENSION_WITH_NO_BASE,
            names(sources),
            name,
            "the type is only extended, and no subgraph defines it: define it in one of them",
        )
