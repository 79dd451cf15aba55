"""Which subscribers may share an execution: those whom no policy in their document tells apart."""

from collections import defaultdict
from collections.abc import Hashable, Iterable

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    parse,
    visit,
)

from gateway.context import RequestContext
from gateway.execution.cache import BoundedCache
from gateway.execution.messages import GraphQLRequest
from subgraphs.kit.policy import Policy
from subgraphs.kit.schema import Subgraph
from subgraphs.kit.sharing import sharing_key
from subgraphs.kit.tokens import principal_of

DOCUMENTS = 1000
"""Of which the policies are remembered."""
CHARACTERS = 4_000_000
"""Of all of them together: a document may be as long as a request."""


class Sharing:
    """`schema` is the graph that clients see; `subgraphs` are all that it was composed of."""

    def __init__(self, schema: GraphQLSchema, subgraphs: Iterable[Subgraph]) -> None:
        self._schema = schema
        self._policies: defaultdict[str, set[Policy]] = defaultdict(set)
        for subgraph in subgraphs:
            for name, policy in subgraph.policies():
                self._policies[name].add(policy)
        self._known: BoundedCache[str, frozenset[Policy]] = BoundedCache(DOCUMENTS, CHARACTERS, len)

    @property
    def remembered(self) -> int:
        """How many characters of documents are kept."""
        return self._known.total_weight

    def __call__(self, request: GraphQLRequest, context: RequestContext) -> Hashable:
        """All of the caller on which an answer to the request depends; never more than is safe.

        Every operation and fragment of the document counts, also those that are not asked for.
        """
        principal = principal_of(context.claims)
        try:
            policies = self._of(request.query)
        except (GraphQLError, RecursionError):
            return principal
        return sharing_key(policies, principal)

    def _of(self, document: str) -> frozenset[Policy]:
        policies = self._known.get(document)
        if policies is None:
            policies = self._reachable(document)
            self._known.put(document, policies)
        return policies

    def _reachable(self, document: str) -> frozenset[Policy]:
        reached = _Reached(self._schema)
        visit(parse(document), TypeInfoVisitor(reached.types, reached))
        return frozenset(policy for name in reached.names for policy in self._policies[name])


class _Reached(Visitor):
    """The fields of a document by coordinate, and the types in which they end."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.names: set[str] = set()
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, kind = self.types.get_parent_type(), get_named_type(self.types.get_type())
        if parent is None or kind is None:
            return
        of = self._schema.get_possible_types(parent) if is_abstract_type(parent) else [parent]
        self.names |= {f"{each.name}.{node.name.value}" for each in of}
        if is_composite_type(kind):
            ends = self._schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
            self.names |= {each.name for each in ends}
