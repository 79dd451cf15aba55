"""Subscriptions of the whole graph: enriched by other agents, shared by equals, no foreign byte."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from graphql import parse

from gateway.composition.api_schema import api_schema
from gateway.context import RequestContext
from gateway.execution.messages import GraphQLRequest, GraphQLResponse
from gateway.execution.streams import Event
from gateway.gateway import Gateway, GatewaySettings
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import SubgraphRequest
from models.database import Database
from models.migrations.run import AGENTS
from souk.agent_events import agent_events
from souk.sharing import Sharing
from subgraphs.kit import Principal
from subgraphs.kit.scalars import PARSERS
from subgraphs.kit.tokens import claims_of, principal_of
from tests.callers import ADMIN, ANONYMOUS, reader, staff
from tests.conftest import Ask
from tests.events.stamped import stamp
from tests.order.desk import Desk
from tests.order.shop import ADDRESS, ANNA, BEN, Shop, as_anna, as_ben
from tests.platform import Platform, composed, subgraph_of

pytestmark = pytest.mark.commits
PATIENCE = 20
STREAMS = 8
"""Orders: Anna, Ben, clerks, the chief. Products: customers, clerks, the chief, strangers."""
ORDERS = """subscription { orderChanged { cursor type order {
    id number shippingAddress { name line1 } notes { text } holds { note }
    customer { id firstName lastName email }
    lines { name variant { sku product { name } } } } } }"""
PRODUCTS = """subscription { productChanged { type product {
    id name variants { sku availability { available } } } } }"""


@dataclass
class Listener:
    """Keeps every byte that it is sent."""

    bodies: list[bytes] = field(default_factory=list)
    errors: Sequence[dict[str, Any]] | None = None

    def next(self, event: Event) -> None:
        self.bodies.append(event.body)

    def end(self, errors: Sequence[dict[str, Any]]) -> None:
        self.errors = errors

    async def heard(self, count: int) -> list[Any]:
        """The first answers, once there are as many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.bodies) < count:  # noqa: ASYNC110  # it comes from the gateway
                await asyncio.sleep(0.01)
        return [orjson.loads(body) for body in self.bodies]


class Local:
    """One agent of the platform behind the gateway."""

    def __init__(self, platform: Platform, agent: str) -> None:
        self._platform, self._agent = platform, agent

    async def __call__(self, request: SubgraphRequest) -> Mapping[str, Any]:
        principal = principal_of(request.context.claims)
        return await self._platform.ask(self._agent, request.document, principal, request.variables)

    def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[Mapping[str, Any], None]:
        asked = GraphQLRequest(request.document, request.variables)
        agents = self._platform.agent(self._agent)
        return agent_events(agents, self._agent, asked, request.context)


@pytest.fixture
def gateway(platform: Platform) -> Gateway:
    local = {agent: Local(platform, agent) for agent in AGENTS}
    return Gateway(
        composed(),
        {name: LocalTransport(each, subscribe=each.subscribe) for name, each in local.items()},
        settings=GatewaySettings(planning_seconds=30),
        scalars=PARSERS,
        sharing=Sharing(api_schema(parse(composed())), map(subgraph_of, AGENTS)),
    )


async def subscribe(gateway: Gateway, document: str, principal: Principal) -> Listener:
    listener = Listener()
    claims = None if principal is ANONYMOUS else claims_of(principal)
    context = RequestContext(request_id="req_test", claims=claims)
    answer = await gateway.subscribe(GraphQLRequest(document), context, listener)
    if isinstance(answer, GraphQLResponse):
        listener.end(answer.errors)
    return listener


async def test_equal_documents_share_what_may_be_shared_and_no_more(
    platform: Platform, gateway: Gateway, databases: Mapping[str, Database], ask: Ask
) -> None:
    shop, desk = await Shop(databases).open(), Desk(ask)
    clerk = reader("order")
    callers = {
        "anna": as_anna,
        "ben": as_ben,
        "clerk": clerk,
        "colleague": replace(clerk, id="usr_COLLEAGUE"),
        "chief": staff("order:read", "customer:read", "product:read"),
        "stranger": ANONYMOUS,
    }
    async with platform.listening() as hub:
        orders = {who: await subscribe(gateway, ORDERS, each) for who, each in callers.items()}
        products = {who: await subscribe(gateway, PRODUCTS, each) for who, each in callers.items()}
        async with asyncio.timeout(PATIENCE):
            while hub.subscribers < STREAMS:  # noqa: ASYNC110  # the hub tells nobody
                await asyncio.sleep(0.01)
        assert hub.subscribers == STREAMS
        for principal, name in ((as_anna, "ANNA-CANARY"), (as_ben, "BEN-CANARY")):
            draft = await desk.draft({1: 1}, principal, shippingAddress=ADDRESS | {"name": name})
            assert (await desk.place(draft["id"], principal))["errors"] == []
            await desk.do("addOrderNote", ADMIN, orderId=draft["id"], text="NOTE-CANARY")
            await desk.do("cancelOrder", ADMIN, orderId=draft["id"], idempotencyKey=f"c {name}")
        await stamp(platform.databases["platform"])
        everything = await orders["chief"].heard(4)
        for who, count in (("anna", 2), ("ben", 2), ("clerk", 4), ("colleague", 4)):
            await orders[who].heard(count)
        assert shop is not None
    first = everything[0]["data"]["orderChanged"]["order"]
    assert first["customer"]["email"] == f"{ANNA.lower()}@example.com"
    assert first["lines"][0]["variant"] == {"sku": "THING-1", "product": {"name": "Thing 1"}}
    said = {who: b"".join((*orders[who].bodies, *products[who].bodies)).decode() for who in callers}
    words = {"ANNA-CANARY", "BEN-CANARY", "NOTE-CANARY", ANNA, BEN, ANNA.lower(), BEN.lower()}
    assert {who: {word for word in words if word in said[who]} for who in callers} == {
        "anna": {"ANNA-CANARY", ANNA, ANNA.lower()},
        "ben": {"BEN-CANARY", BEN, BEN.lower()},
        "clerk": {"ANNA-CANARY", "BEN-CANARY", "NOTE-CANARY", ANNA, BEN},
        "colleague": {"ANNA-CANARY", "BEN-CANARY", "NOTE-CANARY", ANNA, BEN},
        "chief": words,
        "stranger": set(),
    }
    # The very same bytes, made once.
    pairs = zip(orders["clerk"].bodies, orders["colleague"].bodies, strict=True)
    assert all(one is other for one, other in pairs)
    [refused] = orders["stranger"].errors or ()
    assert refused["extensions"]["code"] == "FORBIDDEN"
    await gateway.close()


HAPPENINGS = """subscription { platformEvents(where: { types: [
    "reservation.created", "order.placed"] }) { type data subject { __typename
        ... on Order { number customer { email } }
        ... on Reservation { lines { reserved variant { sku } } } } } }"""


async def test_what_happens_anywhere_with_its_subject_from_its_owner(
    platform: Platform, gateway: Gateway, databases: Mapping[str, Database], ask: Ask
) -> None:
    await Shop(databases).open()
    desk = Desk(ask)
    async with platform.listening() as hub:
        chief, anna, ben = [
            await subscribe(gateway, HAPPENINGS, who) for who in (ADMIN, as_anna, as_ben)
        ]
        async with asyncio.timeout(PATIENCE):
            while hub.subscribers < 3:  # noqa: ASYNC110  # the hub tells nobody
                await asyncio.sleep(0.01)
        draft = await desk.draft({1: 1}, as_anna)
        assert (await desk.place(draft["id"], as_anna))["errors"] == []
        await stamp(platform.databases["platform"])
        told_chief = await chief.heard(2)
        kept, placed = [each["data"]["platformEvents"] for each in told_chief]
        [told] = [each["data"]["platformEvents"] for each in await anna.heard(1)]
    reservation = {"lines": [{"reserved": 1, "variant": {"sku": "THING-1"}}]}
    assert kept["type"] == "reservation.created"
    assert kept["subject"] == {"__typename": "Reservation", **reservation}
    assert (placed["type"], placed["subject"]["__typename"]) == ("order.placed", "Order")
    assert placed["subject"]["customer"] == {"email": f"{ANNA.lower()}@example.com"}
    assert told["subject"] == placed["subject"]
    assert set(placed["data"]) - set(told["data"]) == {"reservationId"}
    assert (len(anna.bodies), ben.bodies) == (1, [])
    cursors = [each["extensions"]["cursor"].partition(":")[2] for each in told_chief]
    assert cursors == ["2", "3"]
    await gateway.close()
