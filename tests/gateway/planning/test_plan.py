"""What a plan shows of itself, and what planning refuses."""

import pytest
from graphql import GraphQLError

from gateway.gateway import Gateway, GatewaySettings, GraphQLRequest
from gateway.planning.budget import MAX_SELECTIONS
from gateway.planning.errors import PlanningBudgetExceeded, PlanningFailed
from gateway.planning.model import Supergraph
from tests.gateway.shop import shop
from tests.gateway.subgraphs import CONTEXT, Subgraph

SHOP = shop()


def test_a_plan_describes_itself() -> None:
    plan = SHOP.gateway.plan(
        "query ($n: Int) { users(first: $n) { name reviews { body } } me { id } }"
    )
    assert (
        plan.describe()
        == """\
Sequence
  Fetch(accounts)
    query ($n: Int) {
      users(first: $n) {
        name
        id
      }
      me {
        id
      }
    }
  Flatten(users)
    Fetch(reviewing)
      given ... on User { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            reviews {
              body
            }
          }
        }
      }"""
    )


def test_a_plan_as_json() -> None:
    plan = SHOP.gateway.plan("{ me { email } reviews { body } }")
    assert plan.to_json() == {
        "kind": "QueryPlan",
        "node": {
            "kind": "Parallel",
            "nodes": [
                {
                    "kind": "Fetch",
                    "serviceName": "accounts",
                    "operationKind": "query",
                    "variableUsages": [],
                    "operation": "{ me { email } }",
                },
                {
                    "kind": "Fetch",
                    "serviceName": "reviewing",
                    "operationKind": "query",
                    "variableUsages": [],
                    "operation": "{ reviews { body } }",
                },
            ],
        },
    }


def test_an_operation_without_fetches_has_an_empty_plan() -> None:
    plan = SHOP.gateway.plan("{ __typename __schema { queryType { name } } }")
    assert plan.describe() == "Empty"
    assert plan.to_json() == {"kind": "QueryPlan", "node": None}


@pytest.mark.parametrize("skip", [True, False])
def test_conditions_are_decided_before_planning(skip: bool) -> None:
    plan = SHOP.gateway.plan(
        "query ($skip: Boolean!) { me { id reviews @skip(if: $skip) { id } } }",
        variables={"skip": skip},
    )
    assert [request.graph for request in plan.requests] == (
        ["accounts"] if skip else ["accounts", "reviewing"]
    )
    assert not any("skip" in request.document(1) for request in plan.requests)


def test_a_request_that_is_not_valid_has_no_plan() -> None:
    with pytest.raises(GraphQLError, match=r"Cannot query field .nothing."):
        SHOP.gateway.plan("{ nothing }")
    with pytest.raises(GraphQLError, match=r"\$id"):
        SHOP.gateway.plan("query ($id: ID!) { user(id: $id) { id } }")


UNANSWERABLE = """
schema @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a.test")
  B @join__graph(name: "b", url: "http://b.test")
}
interface Node @join__type(graph: A) @join__type(graph: B) { id: ID! }
type Book implements Node @join__implements(graph: A, interface: "Node")
  @join__type(graph: A) { id: ID! title: String }
type Film implements Node @join__implements(graph: A, interface: "Node")
  @join__type(graph: A) @join__type(graph: B) { id: ID! @join__field(graph: B) }
type Query @join__type(graph: A) @join__type(graph: B) { node: Node @join__field(graph: A) }
"""


async def test_what_no_single_subgraph_answers_cannot_be_planned() -> None:
    """a knows no Film.id and there is no key to b: half an answer would look like a whole one."""
    subgraphs = {name: Subgraph("type Query { a: Int }") for name in ("a", "b")}
    gateway = Gateway(UNANSWERABLE, subgraphs)
    response = await gateway.execute(GraphQLRequest("{ node { id } }"), CONTEXT)
    assert response.body() == {
        "errors": [
            {
                "message": "No single subgraph answers Node.id for every implementation.",
                "extensions": {"code": "QUERY_PLANNING_FAILED"},
            }
        ],
        "data": None,
    }
    assert [
        request.graph for request in gateway.plan("{ node { ... on Book { id } } }").requests
    ] == ["a"]


def test_planning_has_a_time_budget() -> None:
    hurried = shop(settings=GatewaySettings(planning_seconds=0.0))
    with pytest.raises(PlanningBudgetExceeded):
        hurried.gateway.plan("{ me { id } }")


def test_fragments_may_not_multiply_selections_without_bound() -> None:
    """Each level doubles: 2^20 selections in twenty lines."""
    levels = [
        f"fragment F{n} on User {{ a{n}: reviews {{ author {{ ...F{n + 1} }} }} "
        f"b{n}: reviews {{ author {{ ...F{n + 1} }} }} }}"
        for n in range(20)
    ]
    query = "{ me { ...F0 } } fragment F20 on User { id } " + " ".join(levels)
    patient = shop(settings=GatewaySettings(planning_seconds=60.0))
    with pytest.raises(PlanningFailed, match="too many fields"):
        patient.gateway.plan(query)
    assert MAX_SELECTIONS < 2**20


def test_text_that_is_no_supergraph_is_refused() -> None:
    with pytest.raises(ValueError, match="not a supergraph"):
        Supergraph("type Query { a: Int }")
