"""What holds for the subscriptions of every agent: which events, whose, and no foreign byte."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack

import pytest

from events.catalog import AGENT_OF, EVENTS, aggregate_word
from events.timelines import timelines
from models.database import Database
from models.migrations.run import AGENTS
from subgraphs.kit import Kind
from tests.callers import ADMIN, ANONYMOUS, reader, staff
from tests.conftest import Ask
from tests.order.desk import Desk
from tests.order.shop import ADDRESS, ANNA, BEN, Shop, as_anna, as_ben
from tests.platform import Platform, subgraph_of
from tests.watching import watching

UNTOLD = {
    "customer.erasure_acknowledged",
    "customer.erasure_answered",
    "customer.merge_acknowledged",
    "order.import_refused",
    "reservation.committed",
    "reservation.created",
    "reservation.expired",
    "reservation.released",
}
"""Of the agents that have a subscription, what changes no entity that it tells of."""


def test_every_event_is_told_or_is_known_not_to_be() -> None:
    told = {
        event.type
        for agent in AGENTS
        for each in subgraph_of(agent).subscriptions
        for event in each.events
    }
    watched = {AGENT_OF[aggregate_word(type)] for type in told}
    theirs = {type for type in EVENTS if AGENT_OF[aggregate_word(type)] in watched}
    assert theirs - told == UNTOLD


@pytest.mark.parametrize("agent", AGENTS)
def test_what_customers_are_told_of_their_own_names_them(agent: str) -> None:
    """By that it is found for them; an event that forgets would never reach its owner."""
    for each in subgraph_of(agent).subscriptions:
        if each.policy.is_personal(Kind.CUSTOMER):
            for event in each.events:
                assert "customer" in timelines(event), event.type


DOCUMENTS = {
    "order": """subscription { orderChanged { cursor type order {
        id number customer { id } shippingAddress { name line1 } lines { id name }
        notes { text author } holds { reason note author } } } }""",
    "customer": """subscription { customerChanged { type customer {
        id firstName lastName email phone } } }""",
    "product": "subscription { productChanged { type product { id name description } } }",
    "inventory": "subscription { stockChanged { type stockLevel { id available } } }",
}
CANARIES = {
    "anna": ("ANNA-CANARY", ANNA),
    "ben": ("BEN-CANARY", BEN),
    "staff": ("NOTE-CANARY",),
    "draft": ("DRAFT-CANARY",),
}
"""What stands in the rows of each, and in nobody else's."""


@pytest.mark.commits
async def test_equal_documents_carry_no_foreign_byte(
    platform: Platform, databases: Mapping[str, Database], ask: Ask
) -> None:
    """Two customers, two clerks with different scopes and a stranger ask for the very same."""
    shop, desk = await Shop(databases).open(), Desk(ask)
    callers = {
        "anna": as_anna,
        "ben": as_ben,
        "order clerk": reader("order"),
        "product clerk": staff("product:read", "customer:read"),
        "stranger": ANONYMOUS,
    }
    async with platform.listening(), AsyncExitStack() as stack:
        seen = {
            (caller, agent): await stack.enter_async_context(
                watching(platform, agent, document, principal)
            )
            for caller, principal in callers.items()
            for agent, document in DOCUMENTS.items()
        }
        everything = {
            agent: await stack.enter_async_context(watching(platform, agent, document, ADMIN))
            for agent, document in DOCUMENTS.items()
        }
        await happen(shop, desk, ask)
        for agent, count in TOLD.items():
            await everything[agent].data(count)
        for _ in range(20):
            await asyncio.sleep(0.01)
        said: defaultdict[str, str] = defaultdict(str)
        for (caller, _), watcher in seen.items():
            while not watcher.answers.empty():
                said[caller] += json.dumps(watcher.answers.get_nowait())
    allowed = {
        "anna": {"anna"},
        "ben": {"ben"},
        "order clerk": {"anna", "ben", "staff"},
        "product clerk": {"anna", "ben", "draft"},
        "stranger": set[str](),
    }
    found = {
        caller: {
            whose
            for whose, words in CANARIES.items()
            if any(word in said[caller] for word in words)
        }
        for caller in callers
    }
    assert found == allowed


TOLD = {"order": 6, "customer": 2, "product": 1, "inventory": 2}


async def happen(shop: Shop, desk: Desk, ask: Ask) -> None:
    """Anna and Ben order and are written about; a draft of a product is renamed."""
    for principal, name in ((as_anna, "ANNA-CANARY"), (as_ben, "BEN-CANARY")):
        address = ADDRESS | {"name": name}
        draft = await desk.draft({1: 1}, principal, shippingAddress=address)
        placed = await desk.place(draft["id"], principal)
        assert placed["errors"] == []
        await desk.do("addOrderNote", ADMIN, orderId=draft["id"], text="NOTE-CANARY")
        await desk.do("holdOrder", ADMIN, orderId=draft["id"], reason="STOCK", note="NOTE-CANARY")
        await desk.do("releaseOrder", ADMIN, orderId=draft["id"])
        await ask(
            """mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) {
                errors { code } } }""",
            principal,
            i={"customerId": principal.id, "firstName": name},
        )
    made = await ask(
        """mutation { createProduct(input: {name: "New"}) { product { id } } }""", ADMIN
    )
    await ask(
        """mutation ($i: UpdateProductInput!) { updateProduct(input: $i) { errors { code } } }""",
        ADMIN,
        i={"productId": made["createProduct"]["product"]["id"], "name": "DRAFT-CANARY"},
    )
