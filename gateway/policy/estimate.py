"""How much an operation may cost, before anything is fetched: an upper bound from its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from gateway.policy.cost import Costs, FieldCost

# What changes data costs more than what reads it.
_MUTATION: Final = 10

Path = tuple[str, ...]


class _Slice(NamedTuple):
    """A slicing argument: its number, or the variable that has it, or the field of one."""

    number: int | None
    variable: str = ""
    path: Path = ()


class _Size(NamedTuple):
    """The largest of the slices; `otherwise`, where none is given."""

    slices: tuple[_Slice, ...]
    otherwise: int

    def of(self, variables: Mapping[str, Any]) -> int:
        found = [value for each in self.slices if (value := _value(each, variables)) is not None]
        return max(found) if found else self.otherwise


_ONE: Final = _Size((), 1)


class _Term(NamedTuple):
    """A field: `size` objects of `weight`, each with what is below; `once` comes on top."""

    once: int
    weight: int
    size: _Size
    below: int | None


@dataclass(slots=True)
class _Sum:
    """A selection set. `parts` hold for all objects, of `on` only those of one type apply."""

    terms: list[_Term] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    on: dict[str, list[int]] = field(default_factory=dict)

    def varies(self, varying: Sequence[int]) -> bool:
        """Whether its value depends on variables, as that of the sums in `varying` does."""
        inner = {*self.parts, *(index for indices in self.on.values() for index in indices)}
        inner |= {term.below for term in self.terms if term.below is not None}
        own = any(each.variable for term in self.terms for each in term.size.slices)
        return own or not inner.isdisjoint(varying)

    def value(self, values: Sequence[int], variables: Mapping[str, Any]) -> int:
        """`values`: of the sums before this one."""
        total = sum(values[index] for index in self.parts)
        if self.on:
            total += max(sum(values[i] for i in indices) for indices in self.on.values())
        for once, weight, size, below in self.terms:
            each = weight if below is None else weight + values[below]
            total += once + (each * size.of(variables) if each else 0)
        return total


class Estimate:
    """The cost of one operation, for any values of its variables.

    A field that is selected twice counts twice, and conditions count as fulfilled. Fragments on
    several object types count as the dearest of them. `list_size`: of lists that nothing bounds.
    """

    def __init__(
        self,
        costs: Costs,
        root: str,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        list_size: int,
    ) -> None:
        reader = _Reader(costs, fragments, list_size)
        self._top = reader.sum(root, operation.selection_set, None)
        self._sums: Sequence[_Sum] = reader.sums
        self._base = 0
        if operation.operation is OperationType.MUTATION:
            self._base = _MUTATION * self._roots()
        self._values = [0] * len(self._sums)
        self._varying: list[int] = []
        for index, found in enumerate(self._sums):
            if found.varies(self._varying):
                self._varying.append(index)
            else:
                self._values[index] = found.value(self._values, {})

    def _roots(self) -> int:
        """The root fields, those in fragments too: sums come after those that are part of them."""
        counts: list[int] = []
        for each in self._sums:
            inner = (*each.parts, *(index for indices in each.on.values() for index in indices))
            counts.append(len(each.terms) + sum(counts[index] for index in inner))
        return counts[self._top]

    def of(self, variables: Mapping[str, Any]) -> int:
        """`variables`: as coerced."""
        values = self._values
        if self._varying:
            values = values.copy()
            for index in self._varying:  # what is below comes before
                values[index] = self._sums[index].value(values, variables)
        return self._base + values[self._top]


class _Reader:
    def __init__(
        self, costs: Costs, fragments: Mapping[str, FragmentDefinitionNode], list_size: int
    ) -> None:
        self._costs = costs
        self._fragments = fragments
        self._list_size = list_size
        self._known: dict[tuple[int, str, int], int] = {}
        self.sums: list[_Sum] = []

    def sum(self, scope: str, node: SelectionSetNode, sizer: "_Sizer | None") -> int:
        """The index of a selection set's sum; the same set in the same place is read once."""
        identity = (id(node), scope, id(sizer.node) if sizer is not None else 0)
        known = self._known.get(identity)
        if known is not None:
            return known
        found = _Sum()
        for item in node.selections:
            if isinstance(item, FieldNode):
                term = self._term(scope, item, sizer)
                if term is not None:
                    found.terms.append(term)
            elif isinstance(item, FragmentSpreadNode):
                fragment = self._fragments[item.name.value]
                condition = fragment.type_condition.name.value
                self._part(found, scope, condition, fragment.selection_set, sizer)
            elif isinstance(item, InlineFragmentNode):
                inner = item.type_condition
                condition = inner.name.value if inner else scope
                self._part(found, scope, condition, item.selection_set, sizer)
        self.sums.append(found)
        index = self._known[identity] = len(self.sums) - 1
        return index

    def _part(
        self,
        found: _Sum,
        scope: str,
        condition: str,
        node: SelectionSetNode,
        sizer: "_Sizer | None",
    ) -> None:
        index = self.sum(condition, node, sizer)
        if condition == scope or not self._costs.is_concrete(condition):
            found.parts.append(index)
        else:
            found.on.setdefault(condition, []).append(index)

    def _term(self, scope: str, node: FieldNode, sizer: "_Sizer | None") -> _Term | None:
        cost = self._costs.field(scope, node.name.value)
        if cost is None:
            return None
        given = {each.name.value: each.value for each in node.arguments or ()}
        once = sum(weight for name, weight in cost.arguments.items() if name in given)
        size = _ONE
        slicing = _Size(_slices(cost, given), cost.assumed or self._list_size)
        if cost.is_list:
            size = slicing
            if not cost.slicing and cost.assumed is None and sizer is not None:
                size = sizer.size_of(node.name.value) or size
        below = None
        if node.selection_set is not None:
            sizes = None
            if cost.slicing and cost.sized != frozenset():
                sizes = _Sizer(node, cost.sized, slicing)
            below = self.sum(cost.type, node.selection_set, sizes)
        return _Term(once, cost.weight, size, below)


class _Sizer(NamedTuple):
    """A field that says how long the lists directly below it are."""

    node: FieldNode
    sized: frozenset[str] | None
    size: _Size

    def size_of(self, name: str) -> _Size | None:
        return self.size if self.sized is None or name in self.sized else None


def _slices(cost: FieldCost, given: Mapping[str, ValueNode]) -> tuple[_Slice, ...]:
    found: list[_Slice] = []
    for name, *path in cost.slicing:
        value: ValueNode | None = given.get(name)
        if value is None:
            if name in cost.defaults and not path:
                found.append(_Slice(cost.defaults[name]))
            continue
        while path and isinstance(value, ObjectValueNode):
            inner = {each.name.value: each.value for each in value.fields}
            value = inner.get(path.pop(0))
        if isinstance(value, VariableNode):
            found.append(_Slice(None, value.name.value, tuple(path)))
        elif isinstance(value, IntValueNode) and not path:
            found.append(_Slice(int(value_from_ast_untyped(value))))
    return tuple(found)


def _value(each: _Slice, variables: Mapping[str, Any]) -> int | None:
    value: Any = each.number
    if each.variable:
        value = variables.get(each.variable)
        for name in each.path:
            value = value.get(name) if isinstance(value, Mapping) else None
    # What a subgraph makes of a negative length is its own business: it bounds nothing.
    return value if isinstance(value, int) and value >= 0 else None
