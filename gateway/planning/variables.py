"""Which variables and fields a document uses, without regard to where."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)


def selections_of(document: DocumentNode) -> Iterator[SelectionNode]:
    """Every selection of every definition, each once."""
    stack: list[SelectionSetNode] = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while stack:
        for selection in stack.pop().selections:
            yield selection
            inner = getattr(selection, "selection_set", None)
            if inner is not None:
                stack.append(inner)


def variables_in(value: ValueNode) -> Iterator[str]:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, VariableNode):
            yield node.name.value
        elif isinstance(node, ListValueNode):
            stack.extend(node.values)
        elif isinstance(node, ObjectValueNode):
            stack.extend(item.value for item in node.fields)


def condition_variables(document: DocumentNode) -> frozenset[str]:
    """The variables that any `@skip` or `@include` of the document names."""
    return frozenset(
        name
        for selection in selections_of(document)
        for directive in selection.directives or ()
        if directive.name.value in ("skip", "include")
        for argument in directive.arguments or ()
        for name in variables_in(argument.value)
    )


def response_keys(document: DocumentNode) -> Iterator[FieldNode]:
    return (node for node in selections_of(document) if isinstance(node, FieldNode))
