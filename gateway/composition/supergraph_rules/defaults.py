"""Default values must fit the merged types, and use nothing that clients cannot see."""

from collections.abc import Iterator

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode

from gateway.composition.errors import ErrorCode
from gateway.composition.merge.supergraph import Supergraph
from gateway.composition.schema import Element, InputValue, Kind, TypeDef

_Problem = tuple[ErrorCode, str]


def check_defaults(supergraph: Supergraph) -> None:
    """INVALID_GRAPHQL and DEFAULT_VALUE_USES_INACCESSIBLE; hidden elements may use hidden ones."""
    for owner in supergraph.types.values():
        if owner.has("inaccessible"):
            continue
        for coordinate, value in _visible_values(owner):
            if value.default is None:
                continue
            for code, message in _problems(supergraph, value.default, value.type.named):
                subgraphs = [s.name for s, _ in supergraph.with_type(owner.name)]
                supergraph.report.error(code, subgraphs, coordinate, message)


def _visible_values(owner: TypeDef) -> Iterator[tuple[str, InputValue]]:
    for value in owner.input_fields.values():
        if not value.has("inaccessible"):
            yield f"{owner.name}.{value.name}", value
    for field in owner.fields.values():
        for argument in () if field.has("inaccessible") else field.arguments.values():
            if not argument.has("inaccessible"):
                yield f"{owner.name}.{field.name}({argument.name}:)", argument


def _problems(supergraph: Supergraph, value: ValueNode, type_name: str) -> Iterator[_Problem]:
    expected = supergraph.types.get(type_name)
    if isinstance(value, ListValueNode):
        for item in value.values:
            yield from _problems(supergraph, item, type_name)
    elif expected is None:
        return
    elif isinstance(value, EnumValueNode) and expected.kind is Kind.ENUM:
        yield from _use(expected.values.get(value.value), f"{type_name}.{value.value}")
    elif isinstance(value, ObjectValueNode) and expected.kind is Kind.INPUT:
        for field in value.fields:
            found = expected.input_fields.get(field.name.value)
            yield from _use(found, f"{type_name}.{field.name.value}")
            if found is not None:
                yield from _problems(supergraph, field.value, found.type.named)


def _use(found: Element | None, coordinate: str) -> Iterator[_Problem]:
    if found is None:
        yield (
            ErrorCode.INVALID_GRAPHQL,
            f"its default value uses {coordinate}, which not every subgraph has and the "
            "supergraph leaves out: use another value",
        )
    elif found.has("inaccessible"):
        yield (
            ErrorCode.DEFAULT_VALUE_USES_INACCESSIBLE,
            f"its default value uses {coordinate}, which is @inaccessible: use another value",
        )
