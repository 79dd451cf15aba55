"""Subscriptions share an execution only with callers whom no policy on their way tells apart."""

from functools import cache
from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.execution.subscriptions import Sharing
from gateway.gateway import GraphQLRequest
from gateway.planning.model import Supergraph
from models.migrations.run import AGENTS
from souk.sharing import sharing
from subgraphs.kit import Kind, Principal
from subgraphs.kit.tokens import claims_of
from tests.callers import ADMIN, ANONYMOUS, customer, reader, staff
from tests.platform import composed, subgraph_of

ORDERS = "subscription { orderChanged { type order { number } } }"
PRODUCTS = "subscription { productChanged { type product { name } } }"
BUYER = "subscription { orderChanged { order { customer { email } } } }"
STOCK = """subscription { productChanged { product { ...Parts } } }
fragment Parts on Product { variants { availability { available } } }"""


@cache
def share() -> Sharing:
    return sharing(map(subgraph_of, AGENTS), Supergraph(composed()).schema)


def key(query: str, principal: Principal) -> Any:
    return share()(GraphQLRequest(query), RequestContext("request-1", claims_of(principal)))


@pytest.mark.parametrize("query", [ORDERS, BUYER])
def test_customers_share_no_orders(query: str) -> None:
    assert key(query, customer("cus_1")) == key(query, customer("cus_1"))
    assert key(query, customer("cus_1")) != key(query, customer("cus_2"))


@pytest.mark.parametrize("query", [ORDERS, PRODUCTS, BUYER, STOCK])
def test_staff_share_by_their_scopes(query: str) -> None:
    one = Principal("usr_1", Kind.STAFF, scopes=frozenset({"order:read"}))
    other = Principal("usr_2", Kind.STAFF, scopes=frozenset({"order:read"}))
    assert key(query, one) == key(query, other)
    assert key(query, one) != key(query, staff("order:read", "customer:read"))
    assert key(query, one) != key(query, reader("product"))
    assert key(query, one) != key(query, ADMIN)
    assert key(query, ADMIN) == key(query, Principal("usr_3", Kind.ADMIN, roles=ADMIN.roles))


def test_customers_share_what_is_public_and_nobody_elses() -> None:
    assert key(PRODUCTS, customer("cus_1")) == key(PRODUCTS, customer("cus_2"))
    assert key(PRODUCTS, customer("cus_1")) != key(PRODUCTS, ANONYMOUS)


def test_services_share_with_nobody() -> None:
    one, other = [Principal(f"agent:{name}", Kind.SERVICE) for name in ("order", "product")]
    assert key(PRODUCTS, one) != key(PRODUCTS, other)
