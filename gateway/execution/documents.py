"""Client documents: parsed, checked and validated once per text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)

from gateway.planning.variables import condition_variables, response_keys
from gateway.policy.estimate import Estimate
from gateway.policy.requirements import Needs

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"

# Deeper operations would exhaust the stack of the planner, the projection or a subgraph.
MAX_DEPTH = 100

Touch = Callable[[str, SelectionSetNode, Mapping[str, FragmentDefinitionNode]], Needs]
Estimating = Callable[
    [str, OperationDefinitionNode, Mapping[str, FragmentDefinitionNode]], Estimate
]
Check = Callable[[DocumentNode], Sequence[GraphQLError]]


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document, or the errors that it is refused with.

    `touched`: what readers of each operation may have to be authorized for; `estimates`: what each
    may cost, where that is bounded.
    """

    node: DocumentNode | None
    errors: tuple[dict[str, Any], ...] = ()
    operations: Mapping[str | None, OperationDefinitionNode] = field(default_factory=dict)
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    condition_variables: frozenset[str] = frozenset()
    touched: Mapping[str | None, Needs] = field(default_factory=dict)
    estimates: Mapping[str | None, Estimate] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The one named; without a name the only one."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """How documents are read. `check` runs after parsing and before validation."""

    schema: GraphQLSchema
    max_tokens: int
    introspection: bool
    check: Check | None = None
    touch: Touch | None = None
    estimate: Estimating | None = None

    def read(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=self.max_tokens, allow_empty_selection_sets=False)
        except GraphQLError as error:
            return _refused([error], PARSE_FAILED)
        except RecursionError:
            return _refused([GraphQLError("The document is nested too deeply.")], PARSE_FAILED)
        errors = list(self.check(node)) if self.check is not None else []
        errors = errors or self._validate(node)
        if errors:
            return _refused(errors, VALIDATION_FAILED)
        return self._accepted(node)

    def _validate(self, node: DocumentNode) -> list[GraphQLError]:
        # Validation recurses too: measure first.
        if _depth(node) > MAX_DEPTH:
            return [GraphQLError("The document is nested too deeply.")]
        errors = validate(
            self.schema,
            node,
            hide_suggestions=not self.introspection,
            allow_empty_selection_sets=False,
        )
        return errors if errors or self.introspection else _introspecting(node)

    def _accepted(self, node: DocumentNode) -> Document:
        operations: dict[str | None, OperationDefinitionNode] = {}
        fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations[definition.name.value if definition.name else None] = definition
            elif isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
        touched: dict[str | None, Needs] = {}
        estimates: dict[str | None, Estimate] = {}
        for name, operation in operations.items():
            root = self.schema.get_root_type(operation.operation)
            if self.touch is not None and root is not None:
                touched[name] = self.touch(root.name, operation.selection_set, fragments)
            if self.estimate is not None and root is not None:
                estimates[name] = self.estimate(root.name, operation, fragments)
        conditions = condition_variables(node)
        return Document(node, (), operations, fragments, conditions, touched, estimates)


def formatted(error: GraphQLError, code: str) -> dict[str, Any]:
    """The error as it goes to the client, with a code if it has none of its own."""
    made: dict[str, Any] = dict(error.formatted)
    made["extensions"] = {"code": code, **(error.extensions or {})}
    return made


def _refused(errors: Sequence[GraphQLError], code: str) -> Document:
    return Document(None, tuple(formatted(error, code) for error in errors))


def _introspecting(node: DocumentNode) -> list[GraphQLError]:
    found = [item for item in response_keys(node) if item.name.value in ("__schema", "__type")]
    return [
        GraphQLError(
            f"Introspection is disabled: {item.name.value} cannot be queried.",
            item,
            extensions={"code": INTROSPECTION_DISABLED},
        )
        for item in found
    ]


def _depth(node: DocumentNode) -> int:
    """The deepest nesting of selection sets, fragments expanded.

    Unknown fragments and cycles, which validation refuses, count for nothing.
    """
    own: dict[str, int] = {}
    spreads: dict[str, list[tuple[str, int]]] = {}
    for number, definition in enumerate(node.definitions):
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            is_fragment = isinstance(definition, FragmentDefinitionNode)
            name = definition.name.value if is_fragment and definition.name else f" {number}"
            own[name], spreads[name] = _own_depth(definition.selection_set)
    total: dict[str, int] = {}
    stack = list(own)
    entered: set[str] = set()
    while stack:
        name = stack[-1]
        if name not in entered:
            entered.add(name)
            stack.extend(
                other for other, _ in spreads[name] if other in own and other not in entered
            )
            continue
        below = [level + total.get(other, 0) for other, level in spreads[name]]
        total[name] = max([own[name], *below])
        stack.pop()
    return max(total.values(), default=0)


def _own_depth(top: SelectionSetNode) -> tuple[int, list[tuple[str, int]]]:
    deepest = 0
    spreads: list[tuple[str, int]] = []
    stack = [(top, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        for selection in node.selections:
            if isinstance(selection, FragmentSpreadNode):
                spreads.append((selection.name.value, level))
            else:
                inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
                if inner is not None:
                    stack.append((inner, level + 1))
    return deepest, spreads
