"""How large a document is: one pass over each definition, fragments added up, never expanded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
)
from graphql.language.ast import FragmentDefinitionNode

# Sums of a fragment bomb double with each fragment; past this nothing depends on the value.
_CEILING: Final = 1_000_000_000
_INTROSPECTION: Final = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Measure:
    """The size of one operation or fragment, its fragments included."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    nesting: int = 0


@dataclass(slots=True)
class _Spread:
    """Where a fragment is spread: under how many fields and how many selection sets."""

    name: str
    depth: int
    nesting: int
    at_root: bool


@dataclass(slots=True)
class _Walk:
    """One definition by itself. Recursion is safe: the parser has already recursed as deep."""

    own: Measure = field(default_factory=Measure)
    spreads: list[_Spread] = field(default_factory=list)

    def definition(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> None:
        self.directives(node.directives)
        for variable in node.variable_definitions or ():
            self.directives(variable.directives)
            self.value(variable.default_value, 1)
            self.type_reference(variable.type)
        self.selections(node.selection_set, 0, 1, at_root=True)

    def selections(self, node: SelectionSetNode, depth: int, nesting: int, at_root: bool) -> None:
        """`depth` counts the fields above, or is negative under an introspection field."""
        self.own.nesting = max(self.own.nesting, nesting)
        for selection in node.selections:
            self.directives(selection.directives)
            if isinstance(selection, FieldNode):
                self.field(selection, depth, nesting, at_root)
            elif isinstance(selection, InlineFragmentNode):
                self.selections(selection.selection_set, depth, nesting + 1, at_root)
            elif isinstance(selection, FragmentSpreadNode):
                self.spreads.append(_Spread(selection.name.value, depth, nesting, at_root))

    def field(self, node: FieldNode, depth: int, nesting: int, at_root: bool) -> None:
        here = -1 if depth < 0 else depth + 1
        self.own.depth = max(self.own.depth, here)
        self.own.aliases += node.alias is not None
        self.own.root_fields += at_root
        for argument in node.arguments or ():
            self.value(argument.value, 1)
        if node.selection_set is not None:
            below = -1 if node.name.value in _INTROSPECTION else here
            self.selections(node.selection_set, below, nesting + 1, at_root=False)

    def directives(self, nodes: Iterable[DirectiveNode] | None) -> None:
        for node in nodes or ():
            self.own.directives += 1
            for argument in node.arguments or ():
                self.value(argument.value, 1)

    def value(self, node: ValueNode | None, depth: int) -> None:
        """A scalar is no level; a list or an object is one, and so on inside it."""
        if isinstance(node, ListValueNode):
            self.own.depth = max(self.own.depth, depth)
            for item in node.values or ():
                self.value(item, depth + 1)
        elif isinstance(node, ObjectValueNode):
            self.own.depth = max(self.own.depth, depth)
            for entry in node.fields or ():
                self.value(entry.value, depth + 1)

    def type_reference(self, node: TypeNode) -> None:
        depth = 0
        while isinstance(node, ListTypeNode | NonNullTypeNode):
            depth += isinstance(node, ListTypeNode)
            node = node.type
        self.own.depth = max(self.own.depth, depth)


def measure_operations(document: DocumentNode) -> list[Measure]:
    """The size of each operation in turn; unknown fragments and cycles of them count nothing."""
    operations: list[_Walk] = []
    fragments: dict[str, _Walk] = {}
    for node in document.definitions:
        walk = _Walk()
        if isinstance(node, OperationDefinitionNode):
            operations.append(walk)
        elif isinstance(node, FragmentDefinitionNode):
            fragments.setdefault(node.name.value, walk)
        else:
            continue
        walk.definition(node)
    totals: dict[int, Measure] = {}
    return [_total(walk, fragments, totals) for walk in operations]


def _total(root: _Walk, fragments: Mapping[str, _Walk], totals: dict[int, Measure]) -> Measure:
    """Fragments before those who spread them; iterative, as a chain of them may be long."""
    open_walks: set[int] = set()
    stack = [root]
    while stack:
        walk = stack[-1]
        if id(walk) in totals:
            stack.pop()
        elif id(walk) in open_walks:
            totals[id(walk)] = _sum(walk, fragments, totals)
            stack.pop()
        else:
            open_walks.add(id(walk))
            inner = (fragments.get(spread.name) for spread in walk.spreads)
            stack += [w for w in inner if w and id(w) not in totals and id(w) not in open_walks]
    return totals[id(root)]


def _sum(walk: _Walk, fragments: Mapping[str, _Walk], totals: Mapping[int, Measure]) -> Measure:
    total = replace(walk.own)
    for spread in walk.spreads:
        fragment = fragments.get(spread.name)
        inner = totals.get(id(fragment)) if fragment is not None else None
        if inner is None:  # unknown, or part of a cycle
            continue
        if spread.depth >= 0:
            total.depth = max(total.depth, spread.depth + inner.depth)
        total.nesting = max(total.nesting, spread.nesting + inner.nesting)
        total.aliases = min(_CEILING, total.aliases + inner.aliases)
        total.directives = min(_CEILING, total.directives + inner.directives)
        if spread.at_root:
            total.root_fields = min(_CEILING, total.root_fields + inner.root_fields)
    return total
