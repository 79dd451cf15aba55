"""The gateway as its edge uses it: a request in, a response out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
)

from gateway.context import RequestContext
from gateway.execution.cache import BoundedCache, SingleFlightCache
from gateway.execution.documents import (
    OPERATION_RESOLUTION_FAILURE,
    Document,
    DocumentReader,
    formatted,
)
from gateway.execution.engine import Engine, OnDefect
from gateway.execution.errors import INTERNAL, SUBGRAPH_ERROR, Violation, error, unexplained
from gateway.execution.introspection import introspect, introspection_fields
from gateway.execution.program import Program, compile_plan
from gateway.execution.project import Project, compile_projection
from gateway.planning.errors import PlanningFailed
from gateway.planning.model import Supergraph
from gateway.planning.plan import Plan
from gateway.planning.planner import Planner
from gateway.transport.protocol import Transport

BAD_USER_INPUT = "BAD_USER_INPUT"
METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
QUERY_PLANNING_FAILED = "QUERY_PLANNING_FAILED"
_MAX_VARIABLE_ERRORS = 50

ParseScalar = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Sizes in entries unless said. `planning_seconds`: what one plan may cost.

    `merge_waves` sends entity fetches of one subgraph together that come after equally many
    others: fewer requests, but one then waits for the inputs of all.
    """

    document_cache_size: int = 2_000
    document_cache_characters: int = 32_000_000
    plan_cache_size: int = 2_000
    max_tokens: int = 10_000
    introspection: bool = True
    planning_seconds: float = 1.0
    mask_subgraph_errors: bool = False
    merge_waves: bool = True


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client sent. `variables` are JSON values."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class GraphQLResponse:
    """`executed` False: the request was refused before execution and has no `data` key."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    executed: bool

    def body(self) -> dict[str, Any]:
        """The response as the GraphQL specification's section 7 spells it, errors first."""
        body: dict[str, Any] = {}
        if self.errors:
            body["errors"] = self.errors
        if self.executed:
            body["data"] = self.data
        return body


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An operation for one set of condition values: how to fetch it and how to shape it."""

    program: Program
    project: Project
    introspection: tuple[FieldNode, ...]


@dataclass(frozen=True, slots=True)
class _PlanKey:
    query: str
    operation: str | None
    booleans: tuple[tuple[str, bool], ...]


class _Refused(Exception):
    """The request is answered with errors only."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


class Gateway:
    """One supergraph and the transports to its subgraphs, by the names in `join__graph(name:)`.

    Raises GraphQLError or ValueError where the supergraph is none or a transport is missing.
    `check` is the hook for limits: it sees each new document after parsing and before validation.
    `on_defect(where, exception)` is told of unexpected exceptions and returns the id that the
    client gets in `extensions.id`.
    `scalars` says of custom scalars, by name, which values are none: it raises GraphQLError. So
    the client hears it before anything is asked of a subgraph.
    """

    def __init__(
        self,
        supergraph_sdl: str,
        transports: Mapping[str, Transport],
        *,
        settings: GatewaySettings | None = None,
        check: Callable[[DocumentNode], Sequence[GraphQLError]] | None = None,
        on_defect: OnDefect | None = None,
        scalars: Mapping[str, ParseScalar] | None = None,
    ) -> None:
        self.settings = settings if settings is not None else GatewaySettings()
        self.supergraph = Supergraph(supergraph_sdl)
        missing = sorted(set(self.supergraph.graphs.values()) - set(transports))
        if missing:
            raise ValueError(f"no transport for the subgraphs {', '.join(missing)}")
        self.schema: GraphQLSchema = self.supergraph.schema
        _refuse_by(scalars or {}, self.schema)
        self._planner = Planner(self.supergraph, self.settings.merge_waves)
        self._engine = Engine(transports, self.settings.mask_subgraph_errors, on_defect)
        self._reader = DocumentReader(
            self.schema, self.settings.max_tokens, self.settings.introspection, check
        )
        self._documents: SingleFlightCache[str, Document] = SingleFlightCache(
            BoundedCache(
                self.settings.document_cache_size, self.settings.document_cache_characters, len
            )
        )
        self._plans: SingleFlightCache[_PlanKey, _Prepared] = SingleFlightCache(
            BoundedCache(self.settings.plan_cache_size)
        )

    async def execute(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        *,
        allow_mutations: bool = True,
    ) -> GraphQLResponse:
        """Answers one query or mutation. Every failure is in the response; nothing is raised."""
        try:
            return await self._execute(request, context, allow_mutations)
        except _Refused as refused:
            return GraphQLResponse(None, refused.errors, executed=False)
        except PlanningFailed as failed:
            errors = [error(str(failed), QUERY_PLANNING_FAILED)]
            return GraphQLResponse(None, errors, executed=True)
        except Exception as defect:  # noqa: BLE001 boundary: a defect of ours is masked and told
            extensions: dict[str, Any] = {}
            if self._engine.on_defect is not None:
                extensions["id"] = await self._engine.on_defect("gateway", defect)
            errors = [error("Internal error.", INTERNAL, **extensions)]
            return GraphQLResponse(None, errors, executed=True)

    def plan(
        self,
        query: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Plan:
        """The plan of an operation, not executed.

        Raises GraphQLError for what is no valid request, PlanningFailed where there is no plan.
        """
        request = GraphQLRequest(query, variables or {}, operation_name)
        document = self._documents.get_now(query, lambda: self._reader.read(query))
        try:
            operation = _operation(document, operation_name)
            coerced = self._variables(operation, request.variables)
        except _Refused as refused:
            raise GraphQLError(refused.errors[0]["message"]) from refused
        key = _plan_key(request, document, coerced)
        prepared = self._plans.get_now(key, lambda: self._prepare(document, operation, key))
        return prepared.program.plan

    async def close(self) -> None:
        """Closes the transports."""
        for transport in self._engine.transports.values():
            await transport.close()

    # -- one request

    async def _execute(
        self, request: GraphQLRequest, context: RequestContext, allow_mutations: bool
    ) -> GraphQLResponse:
        query = request.query
        document = await self._documents.get(query, lambda: self._reader.read(query))
        operation = _operation(document, request.operation_name)
        _check_kind(operation, allow_mutations)
        coerced = self._variables(operation, request.variables)
        key = _plan_key(request, document, coerced)
        prepared = await self._plans.get(key, lambda: self._prepare(document, operation, key))
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        if prepared.introspection:
            result = introspect(
                self.schema,
                operation,
                prepared.introspection,
                document.fragments,
                request.variables,
            )
            data = result.data or {}
            errors = _introspection_errors(result)
        run = await self._engine.run(prepared.program, request.variables, context, data)
        errors.extend(run.errors)
        violations: list[Violation] = []
        answer = prepared.project(run.data, violations)
        if violations:
            errors.extend(unexplained(violations, errors))
        return GraphQLResponse(answer, errors, executed=True)

    def _variables(
        self, operation: OperationDefinitionNode, raw: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Checked against the schema. What subgraphs get is what the client sent."""
        values = get_variable_values(
            self.schema,
            operation.variable_definitions or (),
            dict(raw),
            max_errors=_MAX_VARIABLE_ERRORS,
            hide_suggestions=not self.settings.introspection,
        )
        if isinstance(values, list):
            raise _Refused([formatted(item, BAD_USER_INPUT) for item in values])
        return values.coerced

    def _prepare(
        self, document: Document, operation: OperationDefinitionNode, key: _PlanKey
    ) -> _Prepared:
        if document.node is None:
            raise ValueError("only valid documents are planned")
        booleans = dict(key.booleans)
        try:
            plan = self._planner.plan(
                document.node, operation, booleans, self.settings.planning_seconds
            )
            root = self.schema.get_root_type(operation.operation)
            if root is None:
                raise PlanningFailed(f"The schema has no {operation.operation.value} type.")
            project = compile_projection(
                self.supergraph, document.fragments, booleans, root, operation.selection_set
            )
        except RecursionError as overflow:
            raise PlanningFailed("The operation is nested too deeply.") from overflow
        fields = introspection_fields(operation, document.fragments, booleans)
        return _Prepared(compile_plan(plan), project, fields)


def _refuse_by(scalars: Mapping[str, ParseScalar], schema: GraphQLSchema) -> None:
    """Subgraphs get what the client sent; what is parsed here is only looked at."""
    for name, parse in scalars.items():
        kind = schema.type_map.get(name)
        if isinstance(kind, GraphQLScalarType):
            kind.coerce_input_value = parse


def _operation(document: Document, name: str | None) -> OperationDefinitionNode:
    if document.errors:
        raise _Refused(list(document.errors))
    operation = document.operation(name)
    if operation is None:
        if name is not None:
            message = f'Unknown operation named "{name}".'
        elif document.operations:
            message = "Must provide operation name if query contains multiple operations."
        else:
            message = "Must provide an operation."
        raise _Refused([error(message, OPERATION_RESOLUTION_FAILURE)])
    return operation


def _check_kind(operation: OperationDefinitionNode, allow_mutations: bool) -> None:
    kind = operation.operation
    if kind is OperationType.MUTATION and not allow_mutations:
        message = "Mutations are not allowed with this HTTP method."
        raise _Refused([error(message, METHOD_NOT_ALLOWED)])
    if kind is OperationType.SUBSCRIPTION:
        message = "Subscriptions are not served as single responses."
        raise _Refused([error(message, OPERATION_RESOLUTION_FAILURE)])


def _plan_key(request: GraphQLRequest, document: Document, coerced: Mapping[str, Any]) -> _PlanKey:
    booleans = tuple(
        (name, bool(coerced[name]))
        for name in sorted(document.condition_variables)
        if name in coerced
    )
    return _PlanKey(request.query, request.operation_name, booleans)


def _introspection_errors(result: ExecutionResult) -> list[dict[str, Any]]:
    return [formatted(item, SUBGRAPH_ERROR) for item in result.errors or ()]
