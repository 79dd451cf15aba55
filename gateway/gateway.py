"""The gateway as its edge uses it: a request in, a response out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from typing import Any, Literal, TypeVar

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)

from gateway.context import RequestContext
from gateway.execution.admission import (
    BAD_USER_INPUT,
    METHOD_NOT_ALLOWED,
    ParseScalar,
    PlanKey,
    check_cost,
    check_kind,
    coerced_variables,
    condition_values,
    every_condition_value,
    operation_of,
    refuse_by,
)
from gateway.execution.cache import BoundedCache, SingleFlightCache
from gateway.execution.denied import withheld_errors
from gateway.execution.documents import Document, DocumentReader, formatted
from gateway.execution.engine import Engine, OnDefect
from gateway.execution.errors import INTERNAL, SUBGRAPH_ERROR, Violation, error, unexplained
from gateway.execution.introspection import introspect
from gateway.execution.live import LiveOperation
from gateway.execution.messages import GraphQLRequest, GraphQLResponse, Refused
from gateway.execution.prepare import Prepared, Preparer, Refusal
from gateway.execution.streams import Sink, Streams, Subscription
from gateway.execution.subscriptions import Ready, Sharing, Subscriptions
from gateway.planning.errors import PlanningFailed
from gateway.planning.model import Supergraph
from gateway.planning.plan import Plan
from gateway.planning.planner import Planner
from gateway.policy.authorization import UNAUTHORIZED, Authorization, Policies
from gateway.policy.estimate import Estimate
from gateway.policy.labels import Draw, Labels, OverrideLabels, draw_percentage
from gateway.policy.requirements import NOTHING, Needs
from gateway.transport.protocol import Transport

__all__ = [
    "BAD_USER_INPUT",
    "METHOD_NOT_ALLOWED",
    "QUERY_PLANNING_FAILED",
    "Gateway",
    "GatewaySettings",
    "GraphQLRequest",
    "GraphQLResponse",
    "ParseScalar",
]

QUERY_PLANNING_FAILED = "QUERY_PLANNING_FAILED"
T = TypeVar("T")
# Of a document that is asked by many kinds of callers, only so many are planned for ahead.
_MOST_MASKS = 16


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Sizes in entries unless said. `planning_seconds`: what one plan may cost, as
    time of the processor.

    `merge_waves` sends entity fetches of one subgraph together that come after equally many
    others: fewer requests, but one then waits for the inputs of all. `mask_subgraph_errors`: of
    all subgraphs, or of those named, clients see no messages and extensions of errors.
    `compile_after`: the use of an operation for which its projection is compiled; 1 compiles all.
    `unauthorized`: null what a caller may not read, or refuse the whole operation.
    `max_cost`: of an operation, estimated before it is planned; None: no bound. `list_size`: what
    the estimate takes for a list that no argument and no `@listSize` bounds. `report_cost`: tell
    the estimate with each answer, as `extensions.cost`.
    """

    document_cache_size: int = 2_000
    document_cache_characters: int = 32_000_000
    plan_cache_size: int = 2_000
    max_tokens: int = 10_000
    introspection: bool = True
    planning_seconds: float = 1.0
    mask_subgraph_errors: bool | frozenset[str] = False
    merge_waves: bool = True
    compile_after: int = 2
    unauthorized: Literal["filter", "reject"] = "filter"
    max_cost: int | None = None
    list_size: int = 10
    report_cost: bool = False


class Gateway:
    """One supergraph and the transports to its subgraphs, by the names in `join__graph(name:)`.

    Raises GraphQLError or ValueError where the supergraph is none or a transport is missing.
    `check` is the hook for limits: it sees each new document after parsing and before validation.
    `on_defect(where, exception)` is told of unexpected exceptions and returns the id that the
    client gets in `extensions.id`.
    `scalars` says of custom scalars, by name, which values are none: it raises GraphQLError. So
    the client hears it before anything is asked of a subgraph.
    `policies` and `labels` decide per request about `@policy` and about the labels of `@override`
    that are no percentages; without them none holds. `draw` is the draw for those that are.
    `sharing` may let subscribers of equal subscriptions share one execution although they differ
    in what the subgraphs see of them. What the gateway itself denies or draws never is shared.
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
        policies: Policies | None = None,
        labels: Labels | None = None,
        draw: Draw = draw_percentage,
        sharing: Sharing | None = None,
    ) -> None:
        self.settings = settings if settings is not None else GatewaySettings()
        self.supergraph = Supergraph(supergraph_sdl)
        missing = sorted(set(self.supergraph.graphs.values()) - set(transports))
        if missing:
            raise ValueError(f"no transport for the subgraphs {', '.join(missing)}")
        self.schema: GraphQLSchema = self.supergraph.schema
        refuse_by(scalars or {}, self.schema)
        planner = Planner(self.supergraph, self.settings.merge_waves)
        self._authorization = Authorization(
            self.supergraph.requirements, policies, planner.inputs.needs
        )
        self._labels = OverrideLabels(self.supergraph.labels, labels, draw)
        self._preparer = Preparer(
            self.supergraph,
            planner,
            self.settings.planning_seconds,
            self.settings.compile_after,
            self.settings.unauthorized == "reject",
        )
        self._engine = Engine(transports, self.settings.mask_subgraph_errors, on_defect)
        self._subscriptions = Subscriptions(
            self.supergraph,
            self._engine,
            partial(self._ready, allow_mutations=False, subscribing=True),
            sharing,
        )
        self._reader = DocumentReader(
            self.schema,
            self.settings.max_tokens,
            self.settings.introspection,
            check,
            self._authorization.touched,
            self._estimate if self.settings.max_cost is not None else None,
        )
        self._documents: SingleFlightCache[str, Document] = SingleFlightCache(
            BoundedCache(
                self.settings.document_cache_size, self.settings.document_cache_characters, len
            )
        )
        self._plans: SingleFlightCache[PlanKey, Prepared | Refusal] = SingleFlightCache(
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
        return await self._answered(self._execute(request, context, allow_mutations))

    async def is_subscription(self, request: GraphQLRequest) -> bool:
        """Whether to `subscribe` rather than to `execute`, which says what is wrong with others."""
        document = await self._documents.get(
            request.query, lambda: self._reader.read(request.query)
        )
        operation = document.operation(request.operation_name)
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    async def subscribe(
        self, request: GraphQLRequest, context: RequestContext, sink: Sink
    ) -> Subscription | GraphQLResponse:
        """Has the events of a subscription sent to `sink`, or refuses it; nothing is raised.

        Equal subscriptions of callers who differ in nothing that counts are executed once.
        """
        return await self._answered(self._subscriptions.subscribe(request, context, sink))

    async def take_over(self, old: "Gateway", moved: frozenset[str] = frozenset()) -> None:
        """Goes on with the subscriptions of a gateway that this one replaces.

        Those that it would plan or answer in another way, or whose subgraphs have `moved`, end
        with SUBSCRIPTION_SCHEMA_RELOAD.
        """
        await self._subscriptions.take_over(old._subscriptions, moved)

    def plan(
        self,
        query: str,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        labels: frozenset[str] = frozenset(),
    ) -> Plan:
        """The plan of an operation, not executed, for a caller who may read everything.

        Raises GraphQLError for what is no valid request, PlanningFailed where there is no plan.
        """
        request = GraphQLRequest(query, variables or {}, operation_name)
        document = self._documents.get_now(query, lambda: self._reader.read(query))
        try:
            operation = operation_of(document, operation_name)
            coerced = self._variables(operation, request.variables)
        except Refused as refused:
            raise GraphQLError(refused.errors[0]["message"]) from refused
        key = PlanKey(query, _name(operation), condition_values(document, coerced), labels=labels)
        prepared = self._plans.get_now(key, lambda: self._prepare(document, operation, key))
        if isinstance(prepared, Refusal):
            raise TypeError("an operation of which nothing is denied is not refused")
        return prepared.plan

    async def warm(
        self, documents: Iterable[str], masks: Mapping[str, Iterable[Needs]] | None = None
    ) -> dict[str, str]:
        """Plans and compiles the operations of these documents before anybody asks for them.

        For callers who may read everything, for those who are nobody, and for those who fail what
        `masks` says of a document; for both values of each condition and, where fields move by
        percentage, for either side. One after the other, in a thread: requests go on. Returns, by
        document, why one could not be made ready: a message that a client would get.
        """
        failures: dict[str, str] = {}
        for query in documents:
            failure = await self._warm(query, (masks or {}).get(query, ()))
            if failure is not None:
                failures[query] = failure
        return failures

    def recent_documents(self, count: int) -> list[str]:
        """The texts asked for last, the latest first: what to warm a successor with."""
        return self._documents.entries.recent(count)

    @property
    def streams(self) -> Streams[LiveOperation]:
        """The executions of subscriptions that are under way."""
        return self._subscriptions.streams

    def masks(self) -> dict[str, set[Needs]]:
        """By document, what callers failed for whom it is planned: to warm a successor with."""
        found: dict[str, set[Needs]] = {}
        for key in self._plans.entries.recent(self.settings.plan_cache_size):
            found.setdefault(key.query, set()).add(key.failing)
        return found

    async def close(self) -> None:
        """Cuts off all subscriptions and closes the transports."""
        await self._subscriptions.close()
        for transport in self._engine.transports.values():
            await transport.close()

    # -- one request

    async def _answered(self, answering: Awaitable[T]) -> T | GraphQLResponse:
        try:
            return await answering
        except Refused as refused:
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

    async def _execute(
        self, request: GraphQLRequest, context: RequestContext, allow_mutations: bool
    ) -> GraphQLResponse:
        document, operation, prepared, _, cost, _ = await self._ready(
            request, context, None, allow_mutations
        )
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
            errors = [formatted(item, SUBGRAPH_ERROR) for item in result.errors or ()]
        run = await self._engine.run(prepared.program, request.variables, context, data)
        errors.extend(run.errors)
        errors.extend(withheld_errors(prepared.plan.withheld, run.data))
        violations: list[Violation] = []
        answer = prepared.project(run.data, violations)
        if violations:
            errors.extend(unexplained(violations, errors))
        return GraphQLResponse(
            answer, errors, True, self._told(cost), operation_type=operation.operation.value
        )

    def _told(self, cost: int | None) -> dict[str, Any] | None:
        if cost is None or not self.settings.report_cost:
            return None
        return {"cost": {"estimated": cost, "limit": self.settings.max_cost}}

    async def _ready(
        self,
        request: GraphQLRequest,
        context: RequestContext,
        drawn: float | None,
        allow_mutations: bool,
        subscribing: bool = False,
    ) -> Ready:
        """What is to be run, ready. `drawn`: what percentages are compared with; None: a draw."""
        query = request.query
        document = await self._documents.get(query, lambda: self._reader.read(query))
        operation = operation_of(document, request.operation_name)
        check_kind(operation, allow_mutations, subscribing)
        coerced = self._variables(operation, request.variables)
        cost = None
        if document.estimates:
            cost = document.estimates[_name(operation)].of(coerced)
            check_cost(cost, self.settings.max_cost)
        drawn = self._labels.draw() if drawn is None else drawn
        key = PlanKey(
            query,
            _name(operation),
            condition_values(document, coerced),
            await self._authorization.failing(document.touched[_name(operation)], context),
            await self._labels.active(context, drawn),
        )
        prepared = await self._plans.get(key, lambda: self._prepare(document, operation, key))
        if isinstance(prepared, Refusal):
            raise Refused([_unauthorized(each) for each in prepared.coordinates])
        if prepared.use():
            await asyncio.to_thread(prepared.compile)
        return Ready(document, operation, prepared, key, cost, drawn)

    def _variables(
        self, operation: OperationDefinitionNode, raw: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        hide = not self.settings.introspection
        return coerced_variables(self.schema, operation, raw, hide)

    def _estimate(
        self,
        root: str,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> Estimate:
        costs, size = self.supergraph.costs, self.settings.list_size
        return Estimate(costs, root, operation, fragments, size)

    def _prepare(
        self, document: Document, operation: OperationDefinitionNode, key: PlanKey
    ) -> Prepared | Refusal:
        denial = self._authorization.denial(key.failing)
        return self._preparer.prepare(document, operation, dict(key.booleans), denial, key.labels)

    async def _masks(self, touched: Needs, seen: Iterable[Needs]) -> set[Needs]:
        nobody = await self._authorization.failing(touched, RequestContext("warm-up"))
        return {NOTHING, nobody, *islice((mask & touched for mask in seen), _MOST_MASKS)}

    async def _warm(self, query: str, masks: Iterable[Needs]) -> str | None:
        document = await self._documents.get(query, lambda: self._reader.read(query))
        if document.errors:
            message: str = document.errors[0]["message"]
            return message
        for name, operation in document.operations.items():
            variants = product(
                every_condition_value(document, operation),
                await self._masks(document.touched[name], masks),
                self._labels.by_percentage(),
            )
            for booleans, failing, labels in variants:
                key = PlanKey(query, name, booleans, failing, labels)
                try:
                    prepared = await self._plans.get(
                        key, partial(self._prepare, document, operation, key)
                    )
                except PlanningFailed as failed:
                    return str(failed)
                if isinstance(prepared, Prepared):
                    await asyncio.to_thread(prepared.compile)
        return None


def _name(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


def _unauthorized(coordinate: str) -> dict[str, Any]:
    return error(f"Not authorized to read {coordinate}.", UNAUTHORIZED)
