"""A subgraph that defines a directive of federation itself must define the same one."""

from graphql import DirectiveDefinitionNode

from gateway.composition.errors import ErrorCode, Report
from gateway.composition.subgraph.model import Subgraph
from gateway.spec.directives import FEDERATION_DIRECTIVES, DirectiveSpec


def check_definitions(subgraph: Subgraph, report: Report) -> None:
    """DIRECTIVE_DEFINITION_INVALID."""
    for name, node in subgraph.directive_definitions.items():
        canonical = subgraph.directive_names.get(name)
        if canonical is None:
            continue
        for problem in _differences(node, FEDERATION_DIRECTIVES[canonical], subgraph):
            report.error(ErrorCode.DIRECTIVE_DEFINITION_INVALID, subgraph.name, f"@{name}", problem)


def _differences(
    node: DirectiveDefinitionNode, spec: DirectiveSpec, subgraph: Subgraph
) -> list[str]:
    problems: list[str] = []
    arguments = {argument.name.value for argument in node.arguments or ()}
    known = {argument.name for argument in spec.arguments}
    required = {argument.name for argument in spec.arguments if argument.required}
    if arguments - known:
        problems.append(f"remove the unknown argument {', '.join(sorted(arguments - known))}")
    if required - arguments:
        problems.append(f"add the argument {', '.join(sorted(required - arguments))}")
    if node.repeatable and not spec.repeatable:
        problems.append("remove repeatable")
    allowed = set(spec.locations) | ({"INTERFACE"} if subgraph.federation_1 else set())
    excess = {location.value for location in node.locations} - allowed
    if excess:
        problems.append(f"remove the location {', '.join(sorted(excess))}")
    return problems
