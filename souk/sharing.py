"""Who may share the events of a subscription: those whom no policy in its document tells apart."""

from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse,
    visit,
)

from gateway.context import RequestContext
from gateway.execution.messages import GraphQLRequest
from gateway.execution.subscriptions import Sharing
from subgraphs.kit import Subgraph
from subgraphs.kit.policy import Policy
from subgraphs.kit.sharing import sharing_key
from subgraphs.kit.tokens import principal_of
from subgraphs.kit.types import camel

_DOCUMENTS = 1_000


def sharing(agents: Iterable[Subgraph], schema: GraphQLSchema) -> Sharing:
    """For the gateway of these agents, whose clients see `schema`."""
    policies = _Policies(agents)

    @lru_cache(maxsize=_DOCUMENTS)
    def reached(document: str) -> frozenset[Policy]:
        reader = _Reader(schema, policies)
        visit(parse(document), TypeInfoVisitor(reader.types, reader))
        return frozenset(reader.found)

    def share(request: GraphQLRequest, context: RequestContext) -> Hashable:
        return sharing_key(reached(request.query), principal_of(context.claims))

    return share


class _Policies:
    """By field and by type, those of every agent that has one."""

    def __init__(self, agents: Iterable[Subgraph]) -> None:
        self.fields: dict[tuple[str, str], set[Policy]] = {}
        self.types: dict[str, set[Policy]] = {}
        for agent in agents:
            for kind, specs in (("Query", agent.queries), ("Subscription", agent.subscriptions)):
                for spec in specs:
                    self._add(kind, spec.name, spec.policy)
            for field in agent.fields:
                self._add(field.on.__name__, field.name, field.policy)
            for resolver in agent.resolvers:
                self.types.setdefault(resolver.entity.__name__, set()).add(resolver.policy)

    def _add(self, owner: str, name: str, policy: Policy) -> None:
        self.fields.setdefault((owner, camel(name)), set()).add(policy)


class _Reader(Visitor):
    def __init__(self, schema: GraphQLSchema, policies: _Policies) -> None:
        super().__init__()
        self._schema = schema
        self._policies = policies
        self.types = TypeInfo(schema)
        self.found: set[Policy] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        item = self.types.get_field_def()
        for owner in self._possible(self.types.get_parent_type()):
            self.found |= self._policies.fields.get((owner, node.name.value), set())
        if item is not None:
            for name in self._possible(get_named_type(item.type)):
                self.found |= self._policies.types.get(name, set())

    def _possible(self, kind: GraphQLNamedType | None) -> list[str]:
        if kind is None:
            return []
        if is_abstract_type(kind):
            return [kind.name, *(each.name for each in self._schema.get_possible_types(kind))]
        return [kind.name]
