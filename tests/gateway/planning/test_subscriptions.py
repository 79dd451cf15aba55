"""Subscriptions: one subgraph gives the events, others are asked for each of them."""

import pytest
from graphql import GraphQLError

from gateway.planning.plan import Plan
from tests.gateway.subgraphs import Federation, Subgraph

ORDERS = """
  type Query { orders: Int }
  type Subscription { orderChanged(customer: ID): OrderChange! silent: Int }
  type OrderChange { kind: String! order: Order! at: Query }
  type Order @key(fields: "id") { id: ID! status: String! product: Product! }
  type Product @key(fields: "id", resolvable: false) { id: ID! }
"""
PRODUCTS = """
  type Query { shop: String }
  type Product @key(fields: "id") { id: ID! name: String! price: Int! }
  type Subscription { priceChanged: Product }
"""


def federation() -> Federation:
    return Federation({"orders": Subgraph(ORDERS), "products": Subgraph(PRODUCTS)})


def plan(query: str) -> Plan:
    return federation().gateway.plan(query)


def test_one_source_of_events_and_the_rest_for_each_of_them() -> None:
    found = plan(
        """subscription Watch($customer: ID) {
          change: orderChanged(customer: $customer) {
            kind order { status product { name price } } at { shop }
          }
        }"""
    )
    assert found.describe() == (
        """Subscription
  Fetch(orders)
    subscription ($customer: ID) {
      change: orderChanged(customer: $customer) {
        kind
        order {
          status
          product {
            id
          }
        }
        at {
          __typename
        }
      }
    }
  for each event
    Parallel
      Flatten(change.order.product)
        Fetch(products)
          given ... on Product { id }
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                name
                price
              }
            }
          }
      Flatten(change.at)
        Fetch(products)
          {
            shop
          }"""
    )


def test_one_subgraph_that_knows_everything() -> None:
    found = plan("subscription { silent }")
    assert found.to_json() == {
        "kind": "QueryPlan",
        "node": {
            "kind": "Subscription",
            "primary": {
                "kind": "Fetch",
                "serviceName": "orders",
                "operationKind": "subscription",
                "variableUsages": [],
                "operation": "subscription{ silent }",
            },
        },
    }
    assert (
        found.describe() == "Subscription\n  Fetch(orders)\n    subscription {\n      silent\n    }"
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "subscription { silent priceChanged { id } }",
            "Anonymous Subscription must select only one top level field.",
        ),
        (
            "subscription A { __typename }",
            "Subscription 'A' must not select an introspection top level field.",
        ),
        (
            "subscription($on: Boolean!) { silent @include(if: $on) }",
            "Anonymous Subscription must not use `@skip` or `@include` directives in the top level "
            "selection.",
        ),
    ],
)
def test_root_selection_is_one_field_always(query: str, message: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        plan(query)
    assert refused.value.message == message


def test_conditions_below_the_root_field() -> None:
    query = """subscription($named: Boolean!) {
      priceChanged { id name @include(if: $named) }
    }"""
    texts = [
        next(federation().gateway.plan(query, variables={"named": named}).requests).document(1)
        for named in (True, False)
    ]
    assert texts == [
        "subscription{ priceChanged { id name } }",
        "subscription{ priceChanged { id } }",
    ]
