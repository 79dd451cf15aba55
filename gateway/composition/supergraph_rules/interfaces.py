"""Interfaces of the merged schema: implementations have their fields, and these fit."""

from collections.abc import Iterator

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import OutputField, TypeDef
from gateway.composition.type_ref import is_subtype


def check_interfaces(supergraph: Supergraph) -> None:
    """INTERFACE_FIELD_NO_IMPLEM, and INVALID_GRAPHQL where fields do not fit the interface."""
    for found in supergraph.types.values():
        for interface_name in found.interfaces:
            interface = supergraph.types.get(interface_name)
            if interface is not None:
                _check_implementation(supergraph, found, interface)


def _check_implementation(supergraph: Supergraph, found: TypeDef, interface: TypeDef) -> None:
    for expected in interface.fields.values():
        declaring = [
            s.name for s in supergraph.subgraphs if s.has_field(interface.name, expected.name)
        ]
        actual = found.fields.get(expected.name)
        if actual is None:
            supergraph.report.error(
                ErrorCode.INTERFACE_FIELD_NO_IMPLEM,
                declaring,
                f"{found.name}.{expected.name}",
                f"{interface.name}.{expected.name} is declared, but {found.name} implements "
                f"{interface.name} without this field in every subgraph: add it to one of them",
            )
            continue
        for problem in _differences(supergraph, interface, expected, actual):
            supergraph.report.error(
                ErrorCode.INVALID_GRAPHQL,
                declaring,
                f"{found.name}.{expected.name}",
                f"{problem}: make them agree",
            )


def _differences(
    supergraph: Supergraph, interface: TypeDef, expected: OutputField, actual: OutputField
) -> Iterator[str]:
    declared = f"{interface.name}.{expected.name}"
    if not is_subtype(actual.type, expected.type, supergraph.is_named_subtype):
        yield f"it is {actual.type}, but {declared} is {expected.type}"
    for name, argument in actual.arguments.items():
        if name not in expected.arguments and argument.required:
            yield f"its argument {name} is required, but {declared} lacks it"
    for name, argument in expected.arguments.items():
        given = actual.arguments.get(name)
        if given is None:
            yield f"it lacks the argument {name} of {declared}"
        elif given.type != argument.type:
            yield (
                f"its argument {name} is {given.type}, but that of {declared} is {argument.type}"
            )
