"""The settings file as a whole."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from gateway.configuration.headers import Headers
from gateway.configuration.subscriptions import Subscriptions
from gateway.configuration.traffic import TrafficShaping
from gateway.configuration.values import Address, Duration, Section, Size, UrlPath, written
from gateway.gateway import GatewaySettings
from gateway.policy.limits import Limits as DocumentLimits
from gateway.transport.http import HttpSettings

_Count = Annotated[int, Field(ge=1)]


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write a whole URL, such as http://127.0.0.1:4001/graphql")
    return url


Url = Annotated[str, AfterValidator(_http_url)]


class Reload(Section):
    """Looks after the supergraph file every `poll_interval` and takes over what has changed."""

    enabled: bool = True
    poll_interval: Duration = written("1s")


class QueryPlanning(Section):
    """`cache_size`: plans kept. `warmed_up_queries`: of them, planned anew before a reload.

    `timeout`: for one plan. `compile_after`: the use of an operation at which the code for its
    answers is compiled; until then they are made without.
    """

    cache_size: _Count = 2_000
    compile_after: _Count = 2
    warmed_up_queries: Annotated[int, Field(ge=0)] = 100
    timeout: Duration = written("1s")


class SupergraphSection(Section):
    """Where the graph is served, and how it is read. `--host` and `--port` win over `listen`.

    `verify_entities`: ask subgraphs for the keys of entities, and refuse one that is another.
    """

    listen: Address = written("127.0.0.1:4000")
    path: UrlPath = "/graphql"
    introspection: bool = False
    verify_entities: bool = True
    reload: Reload = Reload()
    query_planning: QueryPlanning = QueryPlanning()


class HealthCheck(Section):
    """`PATH/live`, `PATH/ready`, and `PATH/subgraphs` with the state of each circuit."""

    enabled: bool = True
    path: UrlPath = "/health"


class GraphiQLSection(Section):
    """The page `/graphiql`; it needs `introspection`."""

    enabled: bool = False


class Limits(Section):
    """The largest operation that is let in; see `gateway.policy.limits.Limits`.

    `max_cost`: by `@cost` and `@listSize`, estimated before planning; without it there is no bound.
    `list_size` is taken for lists that neither these nor `first` and `last` bound; `report_cost`
    tells the estimate with each answer.
    """

    max_depth: _Count = 15
    max_aliases: _Count = 100
    max_root_fields: _Count = 20
    max_directives: _Count = 50
    max_nesting: _Count = 100
    parser_max_tokens: _Count = 10_000
    max_cost: _Count | None = None
    list_size: _Count = 10
    report_cost: bool = False
    http_max_request_bytes: Size = written("1mb")

    def of_documents(self) -> DocumentLimits:
        return DocumentLimits(
            depth=self.max_depth,
            aliases=self.max_aliases,
            root_fields=self.max_root_fields,
            directives=self.max_directives,
            nesting=self.max_nesting,
            tokens=self.parser_max_tokens,
        )


class IncludeSubgraphErrors(Section):
    """Whether clients see messages and extensions of subgraphs' errors; else only that and where.

    `subgraphs` wins over `all`.
    """

    all: bool = False
    subgraphs: dict[str, bool] = Field(default_factory=dict)

    def masked(self, subgraphs: list[str]) -> frozenset[str]:
        return frozenset(name for name in subgraphs if not self.subgraphs.get(name, self.all))


class KeySet(Section):
    """A JSON Web Key Set (RFC 7517), by `url` or in a `file` beside this one.

    Fetched again every `poll_interval`; while that fails, the last keys stay.
    """

    url: Url | None = None
    file: str | None = None
    poll_interval: Duration = written("1m")

    @model_validator(mode="after")
    def _one_place(self) -> "KeySet":
        if (self.url is None) == (self.file is None):
            raise ValueError("give either url or file")
        return self


class Jwt(Section):
    """Bearer tokens of one issuer for one audience. Without a token: anonymous.

    ES256, ES384, ES512, EdDSA, RS256 to RS512, PS256 to PS512: as the type of the key allows and
    its `alg` says; an RSA key without `alg` is for RS256.
    """

    jwks: KeySet
    issuer: str
    audience: str


class RouterAuthentication(Section):
    jwt: Jwt


class Authentication(Section):
    """Without this, tokens are forwarded and not verified."""

    router: RouterAuthentication


class AuthorizationDirectives(Section):
    """`reject_unauthorized`: refuse an operation of which the caller may not read all.

    Without, what the caller may not read is null with an error.
    """

    reject_unauthorized: bool = False


class Authorization(Section):
    """`@authenticated` and `@requiresScopes` always hold; `@policy` needs code of yours."""

    directives: AuthorizationDirectives = AuthorizationDirectives()


class Settings(Section):
    """Settings of `python -m gateway`. Durations: `250ms`, `30s`, `5m`; sizes: `500kb`, `2mb`."""

    supergraph: SupergraphSection = SupergraphSection()
    health_check: HealthCheck = HealthCheck()
    graphiql: GraphiQLSection = GraphiQLSection()
    headers: Headers = Headers()
    traffic_shaping: TrafficShaping = TrafficShaping()
    subscriptions: Subscriptions = Subscriptions()
    limits: Limits = Limits()
    include_subgraph_errors: IncludeSubgraphErrors = IncludeSubgraphErrors()
    override_subgraph_url: dict[str, Url] = Field(default_factory=dict)
    authentication: Authentication | None = None
    authorization: Authorization = Authorization()

    @model_validator(mode="after")
    def _graphiql_can_read(self) -> "Settings":
        if self.graphiql.enabled and not self.supergraph.introspection:
            raise ValueError("graphiql.enabled needs supergraph.introspection: true")
        return self

    def http(self, subgraph: str) -> HttpSettings:
        """How a subgraph is talked to."""
        traffic = self.traffic_shaping.of(subgraph)
        return HttpSettings(
            timeout=traffic.timeout,
            connect_timeout=traffic.connect_timeout,
            max_response_bytes=traffic.max_response_size,
            connections=traffic.connections,
            keep_alive=traffic.keep_alive,
            retry=traffic.retry.settings(),
            circuit_breaker=traffic.circuit_breaker.settings(),
            deduplicate=traffic.deduplicate_query,
            accept_gzip=traffic.accept_compression == "gzip",
            compress_requests=traffic.compression == "gzip",
            request_headers=self.headers.request_rules(subgraph),
            response_headers=self.headers.response_rules(subgraph),
            subscriptions=self.subscriptions.of(subgraph).settings(),
        )

    def gateway(self, subgraphs: list[str]) -> GatewaySettings:
        """What of this concerns the gateway of these subgraphs."""
        planning = self.supergraph.query_planning
        return GatewaySettings(
            plan_cache_size=planning.cache_size,
            max_tokens=self.limits.parser_max_tokens,
            max_cost=self.limits.max_cost,
            list_size=self.limits.list_size,
            report_cost=self.limits.report_cost,
            introspection=self.supergraph.introspection,
            planning_seconds=planning.timeout,
            compile_after=planning.compile_after,
            unauthorized="reject"
            if self.authorization.directives.reject_unauthorized
            else "filter",
            mask_subgraph_errors=self.include_subgraph_errors.masked(subgraphs),
        )

    def named_subgraphs(self) -> dict[str, str]:
        """Every subgraph that the file names, with the first place where it does."""
        places: dict[str, str] = {}
        named: dict[str, Any] = {
            "headers.subgraphs": self.headers.subgraphs,
            "traffic_shaping.subgraphs": self.traffic_shaping.subgraphs,
            "subscriptions.subgraphs": self.subscriptions.subgraphs,
            "include_subgraph_errors.subgraphs": self.include_subgraph_errors.subgraphs,
            "override_subgraph_url": self.override_subgraph_url,
        }
        for place, subgraphs in named.items():
            for name in subgraphs:
                places.setdefault(name, f"{place}.{name}")
        return places
