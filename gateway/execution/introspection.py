"""The part of an operation that asks about the schema: answered by the gateway itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from gateway.planning.normalise import included

_FIELDS = frozenset({"__schema", "__type"})


def introspection_fields(
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    booleans: Mapping[str, bool],
) -> tuple[FieldNode, ...]:
    """The `__schema` and `__type` fields at the root, fragments included."""
    return tuple(_root_fields(operation.selection_set, fragments, booleans))


def _root_fields(
    selection_set: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    booleans: Mapping[str, bool],
) -> Iterator[FieldNode]:
    for selection in selection_set.selections:
        if not included(selection, booleans):
            continue
        if isinstance(selection, FieldNode):
            if selection.name.value in _FIELDS:
                yield selection
        elif isinstance(selection, FragmentSpreadNode):
            inner = fragments[selection.name.value].selection_set
            yield from _root_fields(inner, fragments, booleans)
        elif isinstance(selection, InlineFragmentNode):
            yield from _root_fields(selection.selection_set, fragments, booleans)


def introspect(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fields: tuple[FieldNode, ...],
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> ExecutionResult:
    """Executes only those fields, on the API schema."""
    only = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=fields),
    )
    document = DocumentNode(definitions=(only, *fragments.values()))
    return execute_sync(schema, document, variable_values=dict(variables))
