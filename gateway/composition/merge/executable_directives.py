"""Merges the definitions of executable directives: those that every subgraph has."""

from graphql import DirectiveDefinitionNode

from gateway.composition.errors import HintCode
from gateway.composition.merge.arguments import merge_arguments
from gateway.composition.merge.supergraph import ExecutableDirective, Supergraph, names
from gateway.composition.subgraph.model import Subgraph
from gateway.composition.subgraph.read import read_input_value

_EXECUTABLE_LOCATIONS = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
_STANDARD = frozenset({"skip", "include", "defer", "stream", "deprecated", "specifiedBy", "oneOf"})


def merge_executable_directives(supergraph: Supergraph) -> None:
    """Directives for operations; a client may use one only if every subgraph knows it."""
    defined = [name for s in supergraph.subgraphs for name in s.directive_definitions]
    for name in dict.fromkeys(defined):
        if name not in _STANDARD and not _belongs_to_a_specification(supergraph, name):
            merged = _merge(supergraph, name)
            if merged is not None:
                supergraph.executable.append(merged)


def _belongs_to_a_specification(supergraph: Supergraph, name: str) -> bool:
    return (
        name in supergraph.composed
        or any(name in s.directive_names for s in supergraph.subgraphs)
        or any(
            link.url.name == "link" and link.owns_directive(name)
            for s in supergraph.subgraphs
            for link in s.links
        )
        or name == "link"
    )


def _merge(supergraph: Supergraph, name: str) -> ExecutableDirective | None:
    sources = [
        (s, s.directive_definitions[name])
        for s in supergraph.subgraphs
        if name in s.directive_definitions
    ]
    if not any(_locations(node) for _, node in sources):
        return None
    if len(sources) < len(supergraph.subgraphs):
        _hint(
            supergraph,
            HintCode.INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE,
            name,
            sources,
            "it is not defined in every subgraph",
        )
        return None
    common = [
        location
        for location in _locations(sources[0][1])
        if all(location in _locations(node) for _, node in sources)
    ]
    if not common:
        _hint(
            supergraph,
            HintCode.INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS,
            name,
            sources,
            "its definitions have no location in common",
        )
        return None
    arguments = [
        (s, {a.name.value: read_input_value(a) for a in node.arguments or ()})
        for s, node in sources
    ]
    return ExecutableDirective(
        name=name,
        arguments=merge_arguments(supergraph, arguments, f"@{name}"),
        repeatable=all(node.repeatable for _, node in sources),
        locations=tuple(common),
    )


def _locations(node: DirectiveDefinitionNode) -> list[str]:
    return [at.value for at in node.locations if at.value in _EXECUTABLE_LOCATIONS]


def _hint(
    supergraph: Supergraph,
    code: HintCode,
    name: str,
    sources: list[tuple[Subgraph, DirectiveDefinitionNode]],
    reason: str,
) -> None:
    supergraph.report.hint(
        code, names(sources), f"@{name}", f"{reason}: left out of the supergraph"
    )
