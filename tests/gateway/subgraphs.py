"""Small real subgraphs in memory: schemas executed by graphql-core behind a recording transport."""

import asyncio
import copy
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DefinitionNode,
    DocumentNode,
    ExecutionResult,
    FieldDefinitionNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    execute,
    parse,
    subscribe,
    validate,
)

from gateway.composition import SubgraphSource, compose
from gateway.context import RequestContext
from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest, GraphQLResponse
from gateway.transport.protocol import Owned, SubgraphRequest, SubscriptionFailed

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", '
    '"@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible", '
    '"@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])\n'
)
CONTEXT = RequestContext(request_id="test")

Resolver = Callable[..., Any]
Entity = Callable[[dict[str, Any]], Any]
Answer = Callable[[SubgraphRequest], Awaitable[Mapping[str, Any]]]


def executable(
    sdl: str,
    resolvers: Mapping[str, Resolver],
    entities: Mapping[str, Entity],
    events: Mapping[str, Resolver] | None = None,
) -> GraphQLSchema:
    """The SDL as an executable schema with `_entities`.

    Objects are dicts; `resolvers` are keyed `Type.field`; `entities` maps a representation's
    `__typename` to a function from the representation to the object; `events` are those of
    `Subscription.field`: async generators of objects with that field.
    """
    definitions = list(_definitions(sdl))
    keyed = sorted(
        node.name.value
        for node in definitions
        if isinstance(node, ObjectTypeDefinitionNode)
        and any(directive.name.value == "key" for directive in node.directives or ())
    )
    if not any(_is_query(node) for node in definitions):
        definitions += parse("type Query { _none: Int }").definitions
    if keyed:
        definitions += parse(f"scalar _Any union _Entity = {' | '.join(keyed)}").definitions
        definitions = [_with_entities(node) for node in definitions]
    schema = build_ast_schema(DocumentNode(definitions=tuple(definitions)), assume_valid_sdl=True)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = lambda value, _info, _type: value["__typename"]
    for coordinate, resolve in resolvers.items():
        _field(schema, coordinate).resolve = resolve
    for coordinate, source in (events or {}).items():
        _field(schema, coordinate).subscribe = source
    if keyed:
        _field(schema, "Query._entities").resolve = lambda _root, _info, representations: [
            _entity(entities, representation) for representation in representations
        ]
    return schema


def _definitions(sdl: str) -> tuple[DefinitionNode, ...]:
    return tuple(
        node for node in parse(sdl).definitions if not node.kind.startswith("schema_extension")
    )


def _is_query(node: DefinitionNode) -> bool:
    return isinstance(node, ObjectTypeDefinitionNode) and node.name.value == "Query"


def _with_entities(node: DefinitionNode) -> DefinitionNode:
    if not isinstance(node, ObjectTypeDefinitionNode) or not _is_query(node):
        return node
    extra = parse("type Query { _entities(representations: [_Any!]!): [_Entity]! }").definitions[0]
    assert isinstance(extra, ObjectTypeDefinitionNode)
    fields: tuple[FieldDefinitionNode, ...] = (*(node.fields or ()), *(extra.fields or ()))
    return ObjectTypeDefinitionNode(name=node.name, fields=fields)


def _field(schema: GraphQLSchema, coordinate: str) -> GraphQLField:
    name, _, item = coordinate.partition(".")
    kind = schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    found: GraphQLField = kind.fields[item]
    return found


def _entity(entities: Mapping[str, Entity], representation: dict[str, Any]) -> Any:
    name = representation["__typename"]
    try:
        found = entities[name](representation)
    except LookupError:
        return None
    return {"__typename": name, **found}


@dataclass
class Call:
    """What a subgraph was asked."""

    subgraph: str
    document: str
    variables: dict[str, Any]
    operation: str


@dataclass
class Subgraph:
    """A subgraph and the transport to it. `answer` replaces its answers, for faults.

    `streams`: how many subscriptions are open.
    `owned`: the gateway gets its answers for good, as over HTTP.
    """

    sdl: str
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    events: Mapping[str, Resolver] = field(default_factory=dict)
    answer: Answer | None = None
    before: Callable[[], Awaitable[None]] | None = None
    name: str = ""
    owned: bool = False
    calls: list[Call] = field(default_factory=list)
    handed_out: list[tuple[Any, Any]] = field(default_factory=list)
    closed: int = 0
    streams: int = 0

    def __post_init__(self) -> None:
        self.schema = executable(self.sdl, self.resolvers, self.entities, self.events)

    async def execute(self, request: SubgraphRequest) -> Mapping[str, Any]:
        call = Call(self.name, request.document, dict(request.variables), request.operation)
        self.calls.append(call)
        document = parse(request.document)
        errors = validate(self.schema, document)
        assert not errors, f"{self.name} was sent an invalid document: {errors}"
        # An answer always takes a while: what does not wait for it must not find it.
        await asyncio.sleep(0)
        if self.before is not None:
            await self.before()
        answered = await self._answer(document, request)
        if self.owned:
            return Owned(copy.deepcopy(dict(answered)))
        self.handed_out.append((answered, copy.deepcopy(answered)))
        return answered

    async def _answer(self, document: DocumentNode, request: SubgraphRequest) -> Mapping[str, Any]:
        if self.answer is not None:
            return await self.answer(request)
        result = execute(self.schema, document, variable_values=dict(request.variables))
        if isinstance(result, Awaitable):
            result = await result
        return {"data": result.data, "errors": [item.formatted for item in result.errors or ()]}

    @asynccontextmanager
    async def subscribe(
        self, request: SubgraphRequest
    ) -> AsyncIterator[AsyncIterator[Mapping[str, Any]]]:
        self.calls.append(
            Call(self.name, request.document, dict(request.variables), request.operation)
        )
        self.streams += 1
        try:
            async with aclosing(self._events(request)) as events:
                yield events
        finally:
            self.streams -= 1

    async def _events(self, request: SubgraphRequest) -> AsyncGenerator[Mapping[str, Any], None]:
        document = parse(request.document)
        errors = validate(self.schema, document)
        assert not errors, f"{self.name} was sent an invalid document: {errors}"
        results = subscribe(
            self.schema,
            document,
            context_value=request.context,
            variable_values=dict(request.variables),
        )
        if isinstance(results, Awaitable):
            results = await results
        if isinstance(results, ExecutionResult):
            raise SubscriptionFailed([error.formatted for error in results.errors or ()])
        async with aclosing(cast(AsyncGenerator[ExecutionResult, None], results)) as events:
            async for result in events:
                yield _event(result)

    def identity(self, context: RequestContext) -> Hashable:
        headers = sorted(item for item in context.headers.items() if item[0] != "x-request-id")
        return repr((context.claims, headers))

    async def close(self) -> None:
        self.closed += 1


def _event(result: ExecutionResult) -> dict[str, Any]:
    """A field `cursor` at the root of the event's object becomes that of its message."""
    event: dict[str, Any] = {"data": result.data}
    if result.errors:
        event["errors"] = [item.formatted for item in result.errors]
    inner = next(iter((result.data or {}).values()), None)
    if isinstance(inner, dict) and isinstance(inner.get("cursor"), str):
        event["extensions"] = {"cursor": inner["cursor"]}
    return event


class Federation:
    """Subgraphs composed into a gateway."""

    def __init__(
        self,
        subgraphs: Mapping[str, Subgraph],
        settings: GatewaySettings | None = None,
        **arguments: Any,
    ) -> None:
        self.subgraphs = subgraphs
        for name, subgraph in subgraphs.items():
            subgraph.name = name
        composition = compose(
            {
                name: SubgraphSource(url=f"http://{name}.test", sdl=LINK + subgraph.sdl)
                for name, subgraph in subgraphs.items()
            }
        )
        assert composition.supergraph_sdl is not None, composition.errors
        self.sdl = composition.supergraph_sdl
        self.gateway = Gateway(self.sdl, subgraphs, settings=settings, **arguments)

    async def response(self, query: str, **variables: Any) -> GraphQLResponse:
        """Runs an operation; no answer of a subgraph may have been written to."""
        return await self.response_to(CONTEXT, query, **variables)

    async def response_to(
        self, context: RequestContext, query: str, **variables: Any
    ) -> GraphQLResponse:
        """The same for a certain caller."""
        for subgraph in self.subgraphs.values():
            subgraph.calls.clear()
            subgraph.handed_out.clear()
        response = await self.gateway.execute(GraphQLRequest(query, variables), context)
        for name, subgraph in self.subgraphs.items():
            for answered, before in subgraph.handed_out:
                assert answered == before, f"the answer of {name} was written to"
        return response

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of an operation that has no errors."""
        response = await self.response(query, **variables)
        assert response.errors == []
        return response.data

    def called(self) -> dict[str, int]:
        """How often each subgraph was called by the last operation; those that were."""
        counts = {name: len(subgraph.calls) for name, subgraph in self.subgraphs.items()}
        return {name: count for name, count in counts.items() if count}


def resolve_with(function: Callable[..., Any]) -> Resolver:
    """A resolver that needs only the arguments."""

    def resolve(_source: Any, _info: Any, **arguments: Any) -> Any:
        return function(**arguments)

    return resolve
