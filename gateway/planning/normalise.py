"""A client's selections with fragments inlined, conditions decided and equal keys merged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)

from gateway.planning.budget import Budget
from gateway.planning.model import Supergraph
from gateway.planning.variables import variables_in
from gateway.policy.authorization import Denial


@dataclass(frozen=True, slots=True)
class Entry:
    """A field selected on `condition`: the parent type, or a narrower one that it may be.

    `arguments` is printed in one canonical order, with parentheses; empty without any.
    """

    condition: str
    key: str
    name: str
    arguments: str
    variables: frozenset[str]
    below: tuple[SelectionSetNode, ...]


@dataclass(slots=True)
class _Found:
    node: FieldNode
    below: list[SelectionSetNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Scope:
    """The type that fields are selected on; `allowed` where fewer of its objects qualify."""

    type: str
    allowed: frozenset[str] | None = None


def included(node: SelectionNode, booleans: Mapping[str, bool]) -> bool:
    """`@skip` and `@include` of one selection, by the values of the variables they name."""
    for directive in node.directives or ():
        name = directive.name.value
        if name in ("skip", "include"):
            value = directive.arguments[0].value if directive.arguments else None
            if isinstance(value, VariableNode):
                holds = booleans.get(value.name.value, False)
            else:
                holds = isinstance(value, BooleanValueNode) and value.value
            if holds == (name == "skip"):
                return False
    return True


class Normaliser:
    """For one operation and one set of values for the variables of its conditions.

    What `denial` denies is left out, as if it had not been selected.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        fragments: Mapping[str, FragmentDefinitionNode],
        booleans: Mapping[str, bool],
        budget: Budget,
        denial: Denial | None = None,
    ) -> None:
        self._denial = denial
        self._supergraph = supergraph
        self._fragments = fragments
        self._booleans = booleans
        self._budget = budget
        self._known: dict[tuple[str, tuple[int, ...]], list[Entry]] = {}
        self._printed: dict[int, tuple[str, frozenset[str]]] = {}

    def collect(self, parent: str, sets: Sequence[SelectionSetNode]) -> list[Entry]:
        """In the order of first appearance. The same sets on the same type are read once."""
        identity = (parent, tuple(map(id, sets)))
        known = self._known.get(identity)
        if known is None:
            found: dict[tuple[str, str], _Found] = {}
            for node in sets:
                self._collect(node, _Scope(parent), found)
            known = self._known[identity] = [
                self._entry(condition, key, item) for (condition, key), item in found.items()
            ]
        self._budget.select(len(known))
        return known

    def _entry(self, condition: str, key: str, found: _Found) -> Entry:
        arguments, variables = self._arguments(found.node)
        return Entry(
            condition, key, found.node.name.value, arguments, variables, tuple(found.below)
        )

    def _arguments(self, node: FieldNode) -> tuple[str, frozenset[str]]:
        if not node.arguments:
            return "", frozenset()
        known = self._printed.get(id(node))
        if known is None:
            ordered = sorted(node.arguments, key=lambda argument: argument.name.value)
            text = f"({', '.join(map(print_ast, ordered))})"
            names = frozenset(name for argument in ordered for name in variables_in(argument.value))
            known = self._printed[id(node)] = (text, names)
        return known

    def _collect(
        self, node: SelectionSetNode, scope: _Scope, found: dict[tuple[str, str], _Found]
    ) -> None:
        self._budget.spend()
        for selection in node.selections:
            if not included(selection, self._booleans):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                for condition in self._conditions(scope, selection.name.value):
                    self._budget.spend()
                    item = found.setdefault((condition, key), _Found(selection))
                    if selection.selection_set is not None:
                        item.below.append(selection.selection_set)
            else:
                narrowed, inner = self._fragment(selection, scope)
                if narrowed is not None:
                    self._collect(inner, narrowed, found)

    def _fragment(
        self, selection: SelectionNode, scope: _Scope
    ) -> tuple[_Scope | None, SelectionSetNode]:
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value]
            return self._narrow(scope, fragment.type_condition.name.value), fragment.selection_set
        if not isinstance(selection, InlineFragmentNode):
            raise TypeError(f"not a selection: {selection!r}")
        condition = selection.type_condition
        narrowed = scope if condition is None else self._narrow(scope, condition.name.value)
        return narrowed, selection.selection_set

    def _conditions(self, scope: _Scope, field_name: str) -> Iterator[str]:
        """The types to select a field on: fewer than all only where that makes a difference."""
        denied = self._denial is not None and self._denial.field(scope.type, field_name)
        if scope.allowed is None and not denied:
            yield scope.type
            return
        for name in self._supergraph.possible(scope.type):
            if (scope.allowed is None or name in scope.allowed) and (
                self._denial is None or not self._denial.field(name, field_name)
            ):
                yield name

    def _narrow(self, scope: _Scope, condition: str) -> _Scope | None:
        """None where no object of the scope satisfies the condition."""
        if condition == scope.type:
            return scope
        possible = frozenset(self._supergraph.possible(condition))
        current = scope.allowed
        if current is None:
            current = frozenset(self._supergraph.possible(scope.type))
        both = current & possible
        if not both:
            return None
        if both == current and self._has_its_fields(scope.type, condition):
            return scope
        return _Scope(condition, None if both == possible else both)

    def _has_its_fields(self, name: str, interface: str) -> bool:
        table = self._supergraph.types[name]
        return table.kind == "object" or any(name == interface for _, name in table.implements)
