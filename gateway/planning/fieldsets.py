"""Field sets of keys, requires and provides, parsed once and compared by identity."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    print_ast,
)


@dataclass(frozen=True, slots=True, eq=False)
class SetField:
    """A field; `arguments` as printed with parentheses, empty without any."""

    name: str
    arguments: str
    sub: "FieldSet | None"


@dataclass(frozen=True, slots=True, eq=False)
class SetFragment:
    """`... on type { sub }`."""

    type: str
    sub: "FieldSet"


SetItem = SetField | SetFragment


@dataclass(frozen=True, slots=True, eq=False)
class FieldSet:
    """Interned by FieldSets: two that select the same are the same object."""

    items: tuple[SetItem, ...]
    text: str


class FieldSets:
    """The interning table of one supergraph."""

    def __init__(self) -> None:
        self._parsed: dict[str, FieldSet] = {}
        self._interned: dict[str, FieldSet] = {}

    def parse(self, text: str) -> FieldSet:
        """Reads `id owner { id } ... on Book { isbn }`. Raises GraphQLError."""
        known = self._parsed.get(text)
        if known is None:
            operation = parse(f"{{{text}}}", no_location=True).definitions[0]
            if not isinstance(operation, OperationDefinitionNode):
                raise ValueError(f"not a field set: {text}")
            known = self._parsed[text] = self.intern(tuple(self._items(operation.selection_set)))
        return known

    def intern(self, items: tuple[SetItem, ...]) -> FieldSet:
        text = " ".join(map(_print, items))
        return self._interned.setdefault(text, FieldSet(items, text))

    def _items(self, node: SelectionSetNode) -> Iterator[SetItem]:
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                printed = ", ".join(print_ast(a) for a in selection.arguments or ())
                inner = selection.selection_set
                yield SetField(
                    selection.name.value,
                    f"({printed})" if printed else "",
                    self.intern(tuple(self._items(inner))) if inner else None,
                )
            elif isinstance(selection, InlineFragmentNode):
                if selection.type_condition is None:
                    yield from self._items(selection.selection_set)
                else:
                    inner_items = tuple(self._items(selection.selection_set))
                    yield SetFragment(selection.type_condition.name.value, self.intern(inner_items))


def _print(item: SetItem) -> str:
    if isinstance(item, SetFragment):
        return f"... on {item.type} {{ {item.sub.text} }}"
    below = f" {{ {item.sub.text} }}" if item.sub else ""
    return item.name + item.arguments + below
