"""Nodes of the query graph, and interned field sets."""

from dataclasses import dataclass
from typing import NamedTuple

from gateway.spec.field_set import FieldSelection, FieldSet, FragmentSelection, Selection

SelectionId = int
EMPTY: SelectionId = 0


class Node(NamedTuple):
    """A type in a subgraph; `view` is what a `@provides` makes resolvable there besides.

    A named tuple, not a dataclass: nodes are hashed millions of times, tuples in C.
    """

    type: str
    graph: int
    view: SelectionId = EMPTY


@dataclass(frozen=True, slots=True)
class Item:
    """One selection of a field set: a field, or a fragment on `condition`.

    `below` is what is selected inside, `alone` the set of just this selection.
    """

    field: str | None
    condition: str | None
    below: SelectionId
    alone: SelectionId


class SelectionTable:
    """Gives equal field sets the same number, so that goals are cheap to hash."""

    def __init__(self) -> None:
        self._ids: dict[FieldSet, SelectionId] = {(): EMPTY}
        self._sets: list[FieldSet] = [()]
        self._items: dict[SelectionId, tuple[Item, ...]] = {}

    def intern(self, selections: FieldSet) -> SelectionId:
        known = self._ids.get(selections)
        if known is None:
            known = self._ids[selections] = len(self._sets)
            self._sets.append(selections)
        return known

    def field_set(self, selection_id: SelectionId) -> FieldSet:
        return self._sets[selection_id]

    def items(self, selection_id: SelectionId) -> tuple[Item, ...]:
        items = self._items.get(selection_id)
        if items is None:
            items = tuple(self._item(selection) for selection in self._sets[selection_id])
            self._items[selection_id] = items
        return items

    def _item(self, selection: Selection) -> Item:
        return Item(
            field=selection.name if isinstance(selection, FieldSelection) else None,
            condition=(
                selection.type_condition if isinstance(selection, FragmentSelection) else None
            ),
            below=self.intern(selection.selections),
            alone=self.intern((selection,)),
        )
