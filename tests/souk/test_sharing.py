"""Subscribers share an execution only where nothing in their document tells them apart."""

from dataclasses import replace

import pytest
from graphql import parse

from gateway.composition.api_schema import api_schema
from gateway.context import RequestContext
from gateway.execution.messages import GraphQLRequest
from models.migrations.run import AGENTS
from souk.sharing import CHARACTERS, Sharing
from subgraphs.kit import Kind, Policy, Principal
from subgraphs.kit.policy import ANONYMOUS
from subgraphs.kit.tokens import claims_of
from tests.callers import ADMIN, customer, reader, service, staff
from tests.platform import composed, subgraph_of

ANNA, BEN = customer("cus_ANNA"), customer("cus_BEN")
CLERK, COLLEAGUE = reader("order"), replace(reader("order"), id="usr_OTHER")
PUBLIC = "subscription { productChanged { cursor product { id name variants { sku } } } }"
OWNED = "subscription { orderChanged { cursor order { id } } }"
ENRICHED = """subscription { stockChanged { stockLevel { available
    variant { sku product { name } } } } }"""
HIDDEN = """subscription { productChanged { ...rest } }
    fragment rest on ProductChange { product { variants { availability { available } } } }
    query other { order(id: "ord_1") { ...more } } fragment more on Order { id }"""


@pytest.fixture(scope="module")
def sharing() -> Sharing:
    return Sharing(api_schema(parse(composed())), map(subgraph_of, AGENTS))


def together(sharing: Sharing, document: str, *callers: Principal) -> bool:
    """Whether all of them would get one execution."""
    keys = set()
    for caller in callers:
        claims = None if caller is ANONYMOUS else claims_of(caller)
        context = RequestContext(request_id="req_1", claims=claims)
        keys.add(sharing(GraphQLRequest(document), context))
    return len(keys) == 1


def test_what_is_public_is_shared_by_all_of_one_kind(sharing: Sharing) -> None:
    assert together(sharing, PUBLIC, ANNA, BEN)
    assert together(sharing, PUBLIC, ANONYMOUS, ANONYMOUS)
    assert together(sharing, PUBLIC, CLERK, COLLEAGUE)
    assert not together(sharing, PUBLIC, ANNA, ANONYMOUS)
    assert not together(sharing, PUBLIC, CLERK, staff("product:read"))
    assert not together(sharing, PUBLIC, CLERK, replace(CLERK, roles=frozenset({"chief"})))


def test_what_is_owned_is_shared_by_no_customers_but_by_staff(sharing: Sharing) -> None:
    assert not together(sharing, OWNED, ANNA, BEN)
    assert together(sharing, OWNED, ANNA, ANNA)
    assert together(sharing, OWNED, CLERK, COLLEAGUE)
    assert not together(sharing, OWNED, CLERK, staff("order:read", "order:write"))
    assert together(sharing, OWNED, ADMIN, replace(ADMIN, id="usr_OTHER"))


def test_entities_of_other_agents_count(sharing: Sharing) -> None:
    both = staff("inventory:read", "product:read")
    assert together(sharing, ENRICHED, both, replace(both, id="usr_OTHER"))
    owned = "subscription { productChanged { product { id variants { id } } } } "
    assert together(sharing, owned, ANNA, BEN)
    mixed = owned + "query second { me { id } }"
    assert not together(sharing, mixed, ANNA, BEN)


def test_every_operation_and_fragment_of_the_document_counts(sharing: Sharing) -> None:
    assert not together(sharing, HIDDEN, ANNA, BEN)
    assert together(sharing, HIDDEN[: HIDDEN.index("query other")], ANNA, BEN)


def test_long_documents_do_not_pile_up(sharing: Sharing) -> None:
    """Comments count for no limit of the gateway's but the request's size."""
    for number in range(10):
        long = f"# {number}{' ' * (CHARACTERS // 4)}\n"
        assert together(sharing, long + PUBLIC, ANNA, BEN)
        assert not together(sharing, long + OWNED, ANNA, BEN)
    assert CHARACTERS // 2 < sharing.remembered <= CHARACTERS


def test_services_share_with_nobody(sharing: Sharing) -> None:
    names = ("productChanged", "product")
    behalf = [service("order", *names, on_behalf_of=id) for id in ("cus_ANNA", "cus_BEN", None)]
    assert not together(sharing, PUBLIC, *behalf[:2])
    assert not together(sharing, PUBLIC, *behalf[1:])


@pytest.mark.parametrize("document", ["subscription {", "{" * 3000, "subscription { nothing }"])
def test_what_cannot_be_read_is_shared_by_nobody_who_differs(
    sharing: Sharing, document: str
) -> None:
    assert together(sharing, document, ANNA, ANNA)
    if "nothing" not in document:  # refused by validation, whoever asks
        assert not together(sharing, document, ANNA, BEN)


POLICIES = sorted(
    {
        (f"{agent}.{name}", policy)
        for agent in AGENTS
        for name, policy in subgraph_of(agent).policies()
    },
    key=lambda each: each[0],
)


@pytest.mark.parametrize(("name", "policy"), POLICIES, ids=[name for name, _ in POLICIES])
def test_a_policy_that_is_not_personal_decides_alike_for_equal_roles(
    name: str, policy: Policy
) -> None:
    scopes = [frozenset[str](), *(frozenset({f"{agent}:read"}) for agent in AGENTS)]
    for kind in set(Kind) - {Kind.SERVICE}:
        for held in scopes:
            callers = [Principal(id, kind, scopes=held) for id in ("cus_ANNA", "cus_BEN", "usr_1")]
            decisions = {policy.decide(caller) for caller in callers}
            assert policy.is_personal(kind) or len(decisions) == 1


def test_which_policies_are_personal(sharing: Sharing) -> None:
    """Only where a customer is told from another; a policy that forgets to say so shows here."""
    personal = {
        (name, kind) for name, policy in POLICIES for kind in Kind if policy.is_personal(kind)
    }
    assert {kind for _, kind in personal} == {Kind.CUSTOMER}
    assert ("order.Order", Kind.CUSTOMER) in personal
    assert ("product.Product", Kind.CUSTOMER) not in personal
