"""Assembles an agent's schema from its specs, and adapts them to stock Strawberry.

Nothing else in the platform touches Strawberry's resolvers; another engine reads the specs.
"""

import inspect
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, is_dataclass
from dataclasses import fields as dataclass_fields
from functools import reduce
from inspect import isawaitable
from operator import or_
from types import GenericAlias, UnionType
from typing import Any, Literal, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

import strawberry
from strawberry import federation
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type
from strawberry.types import ExecutionResult
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from subgraphs.kit.commands import Command
from subgraphs.kit.context import Context
from subgraphs.kit.entities import Entities, checked
from subgraphs.kit.erasure import Objections, Settlement, no_objection
from subgraphs.kit.errors import COMMON
from subgraphs.kit.graph import Document
from subgraphs.kit.handlers import Handler
from subgraphs.kit.intents import Intent
from subgraphs.kit.live import LiveExecutor
from subgraphs.kit.masking import Masking
from subgraphs.kit.personal_data import personal_data
from subgraphs.kit.policy import Policy
from subgraphs.kit.sagas import Saga
from subgraphs.kit.scalars import SCALARS
from subgraphs.kit.schedule import Timer
from subgraphs.kit.specs import (
    Field,
    Guarded,
    Mutation,
    Query,
    Resolver,
    Subscription,
    arguments_of,
)
from subgraphs.kit.types import camel, describe, fields_of

Broadcast = Callable[[str], Document]
FEDERATION_VERSION: Literal["2.9"] = "2.9"
DOCUMENTS = 1000
"""Parsed and validated documents kept per subgraph: the gateway's plans repeat."""
FEDERATION_FIELDS = {("Query", "_entities"), ("Query", "_service"), ("_Service", "sdl")}


class UnguardedField(TypeError):
    """A resolver that the kit did not make, and that therefore has no policy."""


class UnansweredKey(TypeError):
    """An entity's key that nothing resolves: the gateway would ask for it in vain."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """One agent's schema, with the specs that it was made of.

    `documents` are the operations that it sends to other agents; `timers` what its schedule runs;
    `handlers` what it does when it hears of an event; `intents` what it does outside; `sagas`
    what it leads through other agents, every version that may still run;
    `broadcasts` make, for an agent's name, a document that this one sends to all of them.
    """

    name: str
    schema: strawberry.Schema
    queries: Sequence[Query[Any, Any]]
    mutations: Sequence[Mutation[Any, Any, Any]]
    subscriptions: Sequence[Subscription[Any, Any]]
    fields: Sequence[Field[Any, Any, Any] | Guarded[Any, Any]]
    resolvers: Sequence[Resolver[Any, Any]]
    documents: Sequence[Document]
    timers: Sequence[Timer]
    handlers: Sequence[Handler]
    intents: Sequence[Intent[Any]]
    sagas: Sequence[Saga]
    broadcasts: Sequence[Broadcast] = ()

    @property
    def sdl(self) -> str:
        return self.schema.as_str()

    async def execute(
        self, document: str, context: Context, variables: Mapping[str, Any] | None = None
    ) -> ExecutionResult:
        """Run an operation on this subgraph alone, by stock Strawberry."""
        return await self.schema.execute(document, dict(variables or {}), context_value=context)

    def policies(self) -> Iterator[tuple[str, Policy]]:
        """Who may: of every entity (`Order`), root field and field with a rule (`Order.notes`)."""
        for resolver in self.resolvers:
            yield resolver.entity.__name__, resolver.policy
        for query in self.queries:
            yield f"Query.{camel(query.name)}", query.policy
        for mutation in self.mutations:
            yield f"Mutation.{camel(mutation.name)}", mutation.policy
        for subscription in self.subscriptions:
            yield f"Subscription.{camel(subscription.name)}", subscription.policy
        for field in self.fields:
            yield f"{field.on.__name__}.{camel(field.name)}", field.policy

    def rules(self) -> dict[str, str]:
        """The same in words."""
        return {name: policy.rule for name, policy in self.policies()}


def subgraph(
    name: str,
    *,
    queries: Sequence[Query[Any, Any]],
    mutations: Sequence[Mutation[Any, Any, Any]] = (),
    subscriptions: Sequence[Subscription[Any, Any]] = (),
    fields: Sequence[Field[Any, Any, Any] | Guarded[Any, Any]] = (),
    resolvers: Sequence[Resolver[Any, Any]] = (),
    documents: Iterable[Document] = (),
    timers: Sequence[Timer] = (),
    handlers: Sequence[Handler] = (),
    intents: Sequence[Intent[Any]] = (),
    sagas: Sequence[Saga] = (),
    objections: Objections = no_objection,
    broadcasts: Sequence[Broadcast] = (),
) -> Subgraph:
    """The agent's schema. What is not listed here is not in it.

    Every agent answers when a customer is merged or erased; `objections` is what it has against.
    And every one says what it holds of a customer, if asked.
    """
    queries = [*queries, personal_data(name)]
    entities = Entities(resolvers, [spec.on for spec in fields])
    commands = [Command(spec, entities.finder) for spec in mutations]
    for spec in fields:
        _attach(spec)
    schema = _Schema(
        name,
        entities,
        query=create_type("Query", [_query(spec) for spec in queries]),
        mutation=create_type("Mutation", [_mutation(c) for c in commands]) if commands else None,
        subscription=create_type("Subscription", [_subscription(spec) for spec in subscriptions])
        if subscriptions
        else None,
        types=[
            *COMMON,
            *{error: None for spec in mutations for error in spec.errors},
            *{spec.on: None for spec in fields},
            *{spec.entity: None for spec in resolvers},
        ],
    )
    _check(schema, entities)
    return Subgraph(
        name,
        schema,
        queries,
        mutations,
        subscriptions,
        fields,
        resolvers,
        tuple(documents),
        tuple(timers),
        (*handlers, *Settlement(name, objections).handlers()),
        tuple(intents),
        tuple(sagas),
        tuple(broadcasts),
    )


# Adapters: a spec as a field of stock Strawberry.


def _query(spec: Query[Any, Any]) -> StrawberryField:
    name = f"Query.{camel(spec.name)}"

    async def resolve(info: strawberry.Info[Context, None], **arguments: Any) -> Any:
        return await spec.function(info.context.info(spec.policy, name), **arguments)

    returns = get_type_hints(spec.function)["return"]
    return _field(spec.name, spec, resolve, arguments_of(spec.function, skip=1), returns)


def _subscription(spec: Subscription[Any, Any]) -> StrawberryField:
    name = f"Subscription.{camel(spec.name)}"

    async def resolve(info: strawberry.Info[Context, None], **arguments: Any) -> AsyncIterator[Any]:
        batches = spec.function(info.context.info(spec.policy, name), **arguments)
        return await batches if isawaitable(batches) else batches

    batch, _ = get_args(get_type_hints(spec.function)["return"])
    returns = GenericAlias(AsyncGenerator, (get_args(batch)[0], None))
    field = _field(spec.name, spec, resolve, arguments_of(spec.function, skip=1), returns)
    field.is_subscription = True
    return field


def _mutation(command: Command) -> StrawberryField:
    async def resolve(info: strawberry.Info[Context, None], input: Any) -> Any:
        return await command.run(info.context, input)

    spec = command.mutation
    return _field(
        spec.name, spec, resolve, arguments_of(spec.function, skip=2)[:1], command.payload
    )


def _attach(spec: Field[Any, Any, Any] | Guarded[Any, Any]) -> None:
    made = _guarded(spec) if isinstance(spec, Guarded) else _loaded(spec)
    made.origin = spec.on
    own = fields_of(spec.on)
    own[:] = [other for other in own if other.python_name != spec.name]
    own.append(made)


def _loaded(spec: Field[Any, Any, Any]) -> StrawberryField:
    name = camel(spec.name)

    async def resolve(root: Any, info: strawberry.Info[Context, None], **arguments: Any) -> Any:
        context = info.context
        seen = context.info(spec.policy, name)

        async def batch(parents: list[Any]) -> Sequence[Any]:
            return checked(await spec.function(parents, seen, **arguments), parents)

        return await context.load((spec, _hashable(arguments)), batch, root)

    values = get_type_hints(spec.function)["return"]
    returns = _without_exception(get_args(values)[0]) | None
    return _field(spec.name, spec, resolve, arguments_of(spec.function, skip=2), returns)


def _guarded(spec: Guarded[Any, Any]) -> StrawberryField:
    name = camel(spec.name)

    def resolve(root: Any, info: strawberry.Info[Context, None]) -> Any:
        return spec.function(root, info.context.info(spec.policy, name))

    returns = get_type_hints(spec.function)["return"] | None
    return _field(spec.name, spec, resolve, [], returns)


Spec: TypeAlias = (
    Query[Any, Any]
    | Mutation[Any, Any, Any]
    | Subscription[Any, Any]
    | Field[Any, Any, Any]
    | Guarded[Any, Any]
)


def _field(
    name: str,
    spec: Spec,
    resolve: Callable[..., Any],
    arguments: list[inspect.Parameter],
    returns: Any,
) -> StrawberryField:
    own = [p for p in inspect.signature(resolve).parameters.values() if p.name in ("root", "info")]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    cast(Any, resolve).__signature__ = inspect.Signature(
        [*own, *arguments], return_annotation=returns
    )
    resolve.__name__ = name
    return StrawberryField(
        python_name=name,
        base_resolver=StrawberryResolver(resolve),
        description=describe(spec.function),
        metadata={"kit": spec},
    )


class _Schema(federation.Schema):
    def __init__(self, agent: str, entities: Entities, **parts: Any) -> None:
        async def resolve(
            info: strawberry.Info[Context, None], representations: list[FederationAny]
        ) -> list[Any]:
            return await entities.resolve(info.context, representations)

        # Strawberry writes the return annotation into this function: each schema needs its own.
        cast(Any, self).entities_resolver = resolve
        super().__init__(
            config=StrawberryConfig(scalar_map=SCALARS),
            execution_context_class=LiveExecutor,
            extensions=[
                lambda: Masking(agent),
                lambda: ParserCache(maxsize=DOCUMENTS),
                lambda: ValidationCache(maxsize=DOCUMENTS),
            ],
            federation_version=FEDERATION_VERSION,
            **parts,
        )

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Nothing: `Masking` captures what Strawberry would log."""


def _check(schema: _Schema, entities: Entities) -> None:
    """Every field has its policy, and every key its resolver."""
    for name, known in schema.schema_converter.type_map.items():
        for field in getattr(known.definition, "fields", ()):
            resolved = getattr(field, "base_resolver", None) is not None
            federal = (name, field.name) in FEDERATION_FIELDS
            if resolved and "kit" not in field.metadata and not federal:
                raise UnguardedField(f"{name}.{field.name} has no policy: use the kit's decorators")
        for key in getattr(getattr(known.definition, "origin", None), "__souk_keys__", ()):
            if key not in [resolver.key for resolver in entities.by_type[name]]:
                raise UnansweredKey(f"{name} has the key {' '.join(key)!r}, but no resolver for it")


def _without_exception(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return reduce(or_, (part for part in get_args(hint) if part is not Exception))


def _hashable(value: Any) -> Hashable:
    """Equal arguments share a loader, although Strawberry converts them anew for each parent."""
    if is_dataclass(value):
        return tuple(_hashable(getattr(value, field.name)) for field in dataclass_fields(value))
    if isinstance(value, dict):
        return tuple((name, _hashable(item)) for name, item in value.items())
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    return cast(Hashable, value)
