"""Field sets: the selections in the `fields` argument of `@key`, `@requires` and `@provides`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)


@dataclass(frozen=True, slots=True)
class FieldSelection:
    """A field, what is selected below it, and its arguments as printed (`first: 5`)."""

    name: str
    selections: "FieldSet" = ()
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class FragmentSelection:
    """`... on TypeCondition { selections }`."""

    type_condition: str
    selections: "FieldSet"


Selection = FieldSelection | FragmentSelection
FieldSet = tuple[Selection, ...]


class InvalidFieldSet(ValueError):
    """The text is not a field set. The message says why."""


class DirectiveInFieldSet(InvalidFieldSet):
    """The text applies a directive, which field sets do not allow.

    `selections` is what it selects besides, so that one defect is not reported as several.
    """

    def __init__(self, directive: str, selections: FieldSet) -> None:
        super().__init__(f"@{directive} is applied, but a field set cannot contain directives")
        self.selections = selections


@lru_cache(maxsize=16_384)
def parse_field_set(text: str) -> FieldSet:
    """Reads `id owner { id } ... on Book { isbn }`, with or without outer braces.

    Fragments without a type condition are dissolved. Raises InvalidFieldSet.
    """
    body = text.strip()
    try:
        document = parse(body if body.startswith("{") else f"{{{text}}}", no_location=True)
    except GraphQLError as error:
        raise InvalidFieldSet(error.message) from error
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise InvalidFieldSet("a field set is one selection of fields")
    selections = tuple(_selections(operation.selection_set))
    directive = next(_directives(operation.selection_set), None)
    if directive is not None:
        raise DirectiveInFieldSet(directive, selections)
    return selections


def _directives(node: SelectionSetNode) -> Iterator[str]:
    for selection in node.selections:
        for directive in selection.directives or ():
            yield directive.name.value
        if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            yield from _directives(selection.selection_set)


def _selections(node: SelectionSetNode) -> Iterator[Selection]:
    if not node.selections:
        raise InvalidFieldSet("it selects nothing")
    for selection in node.selections:
        if isinstance(selection, FieldNode):
            yield _field(selection)
        elif isinstance(selection, InlineFragmentNode):
            inner = tuple(_selections(selection.selection_set))
            if selection.type_condition is None:
                yield from inner
            else:
                yield FragmentSelection(selection.type_condition.name.value, inner)
        else:
            raise InvalidFieldSet("a field set cannot contain named fragments")


def _field(node: FieldNode) -> FieldSelection:
    if node.alias is not None:
        raise InvalidFieldSet(
            f'the alias "{node.alias.value}" is used, but a field set cannot contain aliases'
        )
    inner = tuple(_selections(node.selection_set)) if node.selection_set else ()
    arguments = ", ".join(print_ast(argument) for argument in node.arguments or ())
    return FieldSelection(node.name.value, inner, arguments)


def print_field_set(selections: FieldSet) -> str:
    """The text of a field set, in one line and without outer braces."""
    return " ".join(_print_selection(selection) for selection in selections)


def _print_selection(selection: Selection) -> str:
    if isinstance(selection, FragmentSelection):
        head = f"... on {selection.type_condition}"
    else:
        head = selection.name + (f"({selection.arguments})" if selection.arguments else "")
    inner = print_field_set(selection.selections)
    return f"{head} {{ {inner} }}" if inner else head


def merge_field_sets(first: FieldSet, second: FieldSet) -> FieldSet:
    """The union of two field sets, in the order of first appearance."""
    merged: dict[tuple[str, ...], Selection] = {}
    for selection in (*first, *second):
        key = _identity(selection)
        known = merged.get(key)
        merged[key] = selection if known is None else _merge_below(known, selection.selections)
    return tuple(merged.values())


def _identity(selection: Selection) -> tuple[str, ...]:
    if isinstance(selection, FragmentSelection):
        return (selection.type_condition,)
    return (selection.name, selection.arguments)


def _merge_below(selection: Selection, more: FieldSet) -> Selection:
    inner = merge_field_sets(selection.selections, more)
    if isinstance(selection, FragmentSelection):
        return FragmentSelection(selection.type_condition, inner)
    return FieldSelection(selection.name, inner, selection.arguments)


def normalise_field_set(selections: FieldSet) -> FieldSet:
    """The same field set in canonical order: two that select the same compare equal."""
    merged = merge_field_sets(selections, ())
    ordered = (_merge_below_normalised(selection) for selection in merged)
    return tuple(sorted(ordered, key=_identity))


def _merge_below_normalised(selection: Selection) -> Selection:
    inner = normalise_field_set(selection.selections)
    if isinstance(selection, FragmentSelection):
        return FragmentSelection(selection.type_condition, inner)
    return FieldSelection(selection.name, inner, selection.arguments)
