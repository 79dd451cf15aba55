"""The settings file: what may stand in it, and what is said of what may not."""

import json
from pathlib import Path

import pytest

from gateway.configuration.load import SCHEMA, InvalidSettings, json_schema, load_settings
from gateway.configuration.settings import Settings
from gateway.transport.breaker import BreakerSettings
from gateway.transport.headers import FORWARD_AUTHORIZATION, Insert, Named, Propagate, Remove
from gateway.transport.retry import RetrySettings

FULL = """
supergraph:
  listen: ${env.HOST:-0.0.0.0}:8080
  path: /api/graphql
  introspection: true
  reload: { poll_interval: 250ms }
  query_planning: { cache_size: 10, warmed_up_queries: 5, timeout: 2s, compile_after: 7 }
health_check: { path: /up }
graphiql: { enabled: true }
headers:
  all:
    request:
      - propagate: { named: Authorization }
      - propagate: { matching: "^X-" }
      - remove: { named: x-internal }
    response:
      - propagate: { named: Set-Cookie, algorithm: append }
      - propagate: { named: cache-control, algorithm: most_restrictive }
  subgraphs:
    products:
      request: [{ insert: { name: x-token, value: "${env.TOKEN}" } }]
      response: [{ propagate: { named: x-cost, rename: x-price } }]
traffic_shaping:
  router: { timeout: 1m30s }
  all:
    timeout: 5s
    retry: { attempts: 3, backoff: 10ms }
    circuit_breaker: { min_requests: 5 }
  subgraphs:
    products:
      retry: { budget: 0.5 }
      compression: gzip
      max_response_size: 2mb
    slow: { timeout: 20s, deduplicate_query: false, circuit_breaker: { enabled: false } }
limits:
  { max_depth: 7, http_max_request_bytes: 500kb, max_cost: 9, list_size: 3, report_cost: true }
include_subgraph_errors: { all: true, subgraphs: { products: false } }
override_subgraph_url: { products: "https://p.test/graphql" }
authentication:
  router: { jwt: { jwks: { file: keys.json }, issuer: i, audience: a } }
authorization: { directives: { reject_unauthorized: true } }
"""


def loaded(folder: Path, text: str, **environment: str) -> Settings:
    path = folder / "gateway.yaml"
    path.write_text(text)
    return load_settings(path, environment)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidSettings) as caught:
        loaded(folder, text)
    prefix = f"{folder / 'gateway.yaml'}: "
    lines = str(caught.value).splitlines()
    assert all(line.startswith(prefix) for line in lines)
    return [line.removeprefix(prefix) for line in lines]


def test_a_full_file(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FULL, TOKEN="secret")
    assert settings.supergraph.listen == ("0.0.0.0", 8080)  # noqa: S104 a value, not a socket
    assert settings.supergraph.reload.poll_interval == 0.25
    assert settings.traffic_shaping.router.timeout == 90
    assert settings.limits.http_max_request_bytes == 500 * 1024
    assert settings.limits.of_documents().depth == 7
    gateway = settings.gateway(["products", "slow"])
    assert gateway.mask_subgraph_errors == frozenset({"products"})
    assert (gateway.plan_cache_size, gateway.planning_seconds) == (10, 2)
    assert (gateway.compile_after, gateway.unauthorized) == (7, "reject")
    assert (gateway.max_cost, gateway.list_size, gateway.report_cost) == (9, 3, True)
    defaults = Settings().gateway([])
    assert (defaults.max_cost, defaults.report_cost) == (None, False)
    assert (defaults.compile_after, defaults.unauthorized) == (2, "filter")


def test_what_is_said_of_one_subgraph_wins_key_by_key(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FULL, TOKEN="secret")
    products, slow, other = (settings.http(name) for name in ("products", "slow", "other"))
    assert [each.timeout for each in (products, slow, other)] == [5, 20, 5]
    assert products.retry == RetrySettings(3, 0.01, 1.0, 0.5)
    assert slow.retry == other.retry == RetrySettings(3, 0.01, 1.0, 0.2)
    assert other.circuit_breaker == BreakerSettings(min_requests=5)
    assert slow.circuit_breaker is None
    assert (products.compress_requests, other.compress_requests) == (True, False)
    assert (products.deduplicate, slow.deduplicate) == (True, False)
    assert products.max_response_bytes == 2 * 1024 * 1024


def test_header_rules_of_all_come_first(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FULL, TOKEN="secret")
    request = settings.http("products").request_headers
    assert request[0] == Propagate(Named("authorization"))
    assert request[2:] == (Remove(Named("x-internal")), Insert("x-token", "secret"))
    assert settings.http("other").request_headers == request[:3]
    assert settings.http("products").response_headers[-1] == Propagate(Named("x-cost"), "x-price")
    assert settings.headers.returns_any


def test_an_empty_file_has_the_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    assert settings == Settings()
    assert settings.http("any").request_headers == FORWARD_AUTHORIZATION
    assert not settings.headers.returns_any
    assert settings.gateway(["a", "b"]).mask_subgraph_errors == frozenset({"a", "b"})


def test_json_is_read_too(tmp_path: Path) -> None:
    assert loaded(tmp_path, '{"limits": {"max_depth": 3}}').limits.max_depth == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trafic_shaping: {}", "trafic_shaping: unknown key; did you mean traffic_shaping?"),
        (
            "traffic_shaping: {subgraphs: {a: {retry: {attemps: 3}}}}",
            "traffic_shaping.subgraphs.a.retry.attemps: unknown key; did you mean attempts?",
        ),
        (
            "headers: {all: {request: [{propogate: {named: a}}]}}",
            "headers.all.request.0.propogate: unknown key; did you mean propagate?",
        ),
        ("health_check: {zzz: 1}", "health_check.zzz: unknown key; known: enabled, path"),
        (
            "supergraph: {reload: {poll_interval: 3}}",
            "supergraph.reload.poll_interval: write a duration with its unit, such as 250ms, 30s "
            "or 5m",
        ),
        (
            "limits: {http_max_request_bytes: 2 MiB}",
            "limits.http_max_request_bytes: write a size in bytes or with its unit, such as 500kb "
            "or 2mb",
        ),
        (
            "supergraph: {listen: 4000}",
            "supergraph.listen: write an address with its port, such as 127.0.0.1:4000",
        ),
        (
            "override_subgraph_url: {a: 127.0.0.1:4001}",
            "override_subgraph_url.a: write a whole URL, such as http://127.0.0.1:4001/graphql",
        ),
        (
            "headers: {all: {request: [{insert: {name: Host, value: x}}]}}",
            "headers.all.request.0.insert.name: host is set by the gateway itself",
        ),
        (
            "headers: {all: {request: [{propagate: {matching: '('}}]}}",
            "headers.all.request.0.propagate.matching: is no regular expression: missing ), "
            "unterminated subpattern at position 0",
        ),
        (
            "headers: {all: {request: [{propagate: {}}]}}",
            "headers.all.request.0.propagate: give either named or matching",
        ),
        (
            "headers: {all: {response: [{propagate: {named: cache-control}}]}}",
            "headers.all.response.0.propagate: cache-control is merged by algorithm: "
            "most_restrictive, no other is",
        ),
        (
            "headers: {subgraphs: {a: {response: [{propagate: {named: cache-control, "
            "algorithm: most_restrictive}}]}}}",
            "headers.subgraphs.a: cache-control can only be propagated from all subgraphs",
        ),
        ("authentication: {router: {}}", "authentication.router.jwt: is missing"),
        (
            "graphiql: {enabled: true}",
            "graphiql.enabled needs supergraph.introspection: true",
        ),
        ("[]", "must be a mapping of keys to values"),
        ("limits: {max_depth: 1, max_depth: 2}", "is no valid YAML: "),
        ("limits: ${env.NO_SUCH}", "${env.NO_SUCH}: the environment variable NO_SUCH is not set"),
    ],
)
def test_what_is_said_of_a_mistake(tmp_path: Path, text: str, problem: str) -> None:
    found = problems(tmp_path, text)
    if problem.endswith((": ", "not set")):
        assert found[0].startswith(problem)
    else:
        assert found == [problem]


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, "limits: {max_depth: 0, max_aliases: x}\nfoo: 1") == [
        "limits.max_depth: Input should be greater than or equal to 1",
        "limits.max_aliases: Input should be a valid integer, unable to parse string as an integer",
        "foo: unknown key; known: authentication, authorization, graphiql, headers, "
        "health_check, include_subgraph_errors, limits, override_subgraph_url, subscriptions, "
        "supergraph, "
        "traffic_shaping",
    ]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="cannot be read"):
        load_settings(tmp_path / "none.yaml", {})


def test_the_committed_schema_is_that_of_the_code() -> None:
    """`python -m gateway --print-schema > gateway/configuration/gateway.schema.json`."""
    assert SCHEMA.read_text() == json_schema()


def test_the_example_in_the_readme(tmp_path: Path) -> None:
    readme = (SCHEMA.parents[1] / "README.md").read_text()
    example = readme.split("```yaml\n")[1].split("```")[0]
    settings = loaded(tmp_path, example, PRODUCTS_KEY="k")
    defaults = Settings()
    assert settings.supergraph == defaults.supergraph
    assert settings.limits == defaults.limits
    assert settings.traffic_shaping.router == defaults.traffic_shaping.router
    assert settings.traffic_shaping.all == defaults.traffic_shaping.all


def test_the_schema_shows_defaults_as_they_are_written() -> None:
    definitions = json.loads(json_schema())["$defs"]
    timeout = definitions["SubgraphTraffic"]["properties"]["timeout"]
    assert timeout["default"] == "10s"
    assert timeout["type"] == "string"
    assert definitions["SubgraphTraffic"]["additionalProperties"] is False
