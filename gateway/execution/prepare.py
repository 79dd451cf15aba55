"""An operation made ready to run: planned, and with a projection for its answers."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    OperationDefinitionNode,
)

from gateway.execution.collect import Collector
from gateway.execution.denied import denied_coordinates
from gateway.execution.documents import Document
from gateway.execution.errors import Violation
from gateway.execution.interpret import interpreted_projection
from gateway.execution.introspection import introspection_fields
from gateway.execution.levels import shared_positions
from gateway.execution.program import compile_plan
from gateway.execution.project import Project, compile_projection
from gateway.planning.errors import PlanningFailed
from gateway.planning.model import Supergraph
from gateway.planning.plan import Plan
from gateway.planning.planner import Planner
from gateway.policy.authorization import Denial


class Prepared:
    """An operation for one set of condition values, denials and labels.

    It answers through an interpreted projection until it has been used `compile_after` times: a
    flood of operations that come once must not be able to buy compilations.
    """

    def __init__(
        self,
        plan: Plan,
        introspection: tuple[FieldNode, ...],
        interpreted: Callable[[], Project],
        compiled: Callable[[], Project],
        compile_after: int,
    ) -> None:
        self.plan = plan
        self.program = compile_plan(plan)
        self.introspection = introspection
        self._make_interpreted = interpreted
        self._make_compiled = compiled
        self._uses_left = compile_after
        self._interpreted: Project | None = None
        self._compiled: Project | None = None

    @property
    def is_compiled(self) -> bool:
        return self._compiled is not None

    def use(self) -> bool:
        """Counts a use; whether it is the one for which `compile` should be called."""
        self._uses_left -= 1
        return self._uses_left == 0 and self._compiled is None

    def compile(self) -> None:
        """May run in another thread while the interpreted projection is in use."""
        if self._compiled is None:
            self._compiled = self._make_compiled()

    def project(self, data: dict[str, Any], violations: list[Violation]) -> dict[str, Any] | None:
        """The answer from the data; None where null reaches the root."""
        if self._compiled is not None:
            return self._compiled(data, violations)
        if self._interpreted is None:
            self._interpreted = self._make_interpreted()
        return self._interpreted(data, violations)


class Refusal:
    """An operation that is refused as a whole: its caller may not read these coordinates."""

    def __init__(self, coordinates: list[str]) -> None:
        self.coordinates = coordinates


class Preparer:
    """How operations of one supergraph are made ready.

    `seconds` bounds planning. With `reject` an operation of which anything is denied is refused.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        planner: Planner,
        seconds: float,
        compile_after: int,
        reject: bool,
    ) -> None:
        self._supergraph = supergraph
        self._planner = planner
        self._seconds = seconds
        self._compile_after = compile_after
        self._reject = reject

    def prepare(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        booleans: Mapping[str, bool],
        denial: Denial | None,
        labels: frozenset[str],
    ) -> Prepared | Refusal:
        """Raises PlanningFailed."""
        if document.node is None:
            raise ValueError("only valid documents are planned")
        root = self._supergraph.schema.get_root_type(operation.operation)
        if root is None:
            raise PlanningFailed(f"The schema has no {operation.operation.value} type.")
        try:
            if self._reject and denial is not None:
                refused = self._denied(document.fragments, operation, booleans, root, denial)
                if refused:
                    return Refusal(refused)
            plan = self._planner.plan(
                document.node, operation, booleans, self._seconds, denial=denial, labels=labels
            )
            if self._reject and plan.withheld:
                return Refusal([each.coordinate for each in plan.withheld])
            return self._prepared(plan, document.fragments, operation, booleans, root, denial)
        except RecursionError as overflow:
            raise PlanningFailed("The operation is nested too deeply.") from overflow

    def _denied(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        booleans: Mapping[str, bool],
        root: GraphQLObjectType,
        denial: Denial,
    ) -> list[str]:
        schema = self._supergraph.schema
        collector = Collector(schema, fragments, booleans)
        return denied_coordinates(schema, collector, root, operation.selection_set, denial)

    def _prepared(
        self,
        plan: Plan,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        booleans: Mapping[str, bool],
        root: GraphQLObjectType,
        denial: Denial | None,
    ) -> Prepared:
        supergraph, selection = self._supergraph, operation.selection_set
        collector = Collector(supergraph.schema, fragments, booleans)
        return Prepared(
            plan,
            introspection_fields(operation, fragments, booleans),
            lambda: interpreted_projection(supergraph, collector, root, selection, denial),
            lambda: compile_projection(
                supergraph, collector, root, selection, denial, shared_positions(plan)
            ),
            self._compile_after,
        )
