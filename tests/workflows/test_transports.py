"""The same operations through both transports, and by stock Strawberry: the same answers."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from models.ids import ulid
from models.migrations.run import AGENTS
from souk.keys import SigningKey
from souk.seed.chance import EPOCH
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.mutations import MUTATIONS
from tests.workflows.operations import CONFIRMED, SHIPPED, Operation
from tests.workflows.queries import QUERIES
from tests.workflows.remembered import remembered
from tests.workflows.shop import Answer, Determined, Shop, in_process, over_sockets

OPERATIONS = [*QUERIES, *MUTATIONS]
NOW = EPOCH + timedelta(days=1)


@dataclass
class Numbered:
    """Ids in the order in which they are made, of each kind."""

    made: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __call__(self, prefix: str) -> str:
        self.made[prefix] += 1
        return ulid(prefix, int(NOW.timestamp() * 1000), self.made[prefix])


@pytest.fixture(scope="module")
async def answers(
    server: Server,
    example_template: None,
    installation_key: SigningKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[dict[str, dict[str, Answer]]]:
    """By way (local, http, stock) and name: the answers of three shops that began alike."""
    spool = tmp_path_factory.mktemp("spool")
    async with AsyncExitStack() as stack:
        shops: dict[str, Shop] = {}
        for way, kind in (("local", in_process), ("http", over_sockets), ("stock", in_process)):
            name = await stack.enter_async_context(seeded.clone(server))
            given = Determined(lambda: NOW, Numbered())
            opened = kind(partial(server.url, name), installation_key, spool, given)
            shops[way] = await stack.enter_async_context(opened)
            await remembered(shops[way].agents["monitoring"], SHIPPED.id, CONFIRMED.id)
        yield {
            "local": await _all(shops["local"], _through_gateway),
            "http": await _all(shops["http"], _through_gateway),
            "stock": await _all(shops["stock"], _by_strawberry),
        }


async def _all(shop: Shop, way: Callable[..., Any]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for operation in OPERATIONS:
        found[operation.name] = await way(shop, operation, found)
    return found


async def _through_gateway(shop: Shop, asked: Operation, before: dict[str, Answer]) -> Answer:
    return await shop.ask(asked.document, asked.caller, asked.given(before), asked.operation)


async def _by_strawberry(shop: Shop, asked: Operation, before: dict[str, Answer]) -> Answer:
    """What more than one agent has to answer goes through the gateway, to keep the shops alike."""
    if asked.agent is None:
        return await _through_gateway(shop, asked, before)
    agents = shop.agents[asked.agent]
    result = await agents.subgraphs[asked.agent].schema.execute(
        asked.document,
        dict(asked.given(before)),
        agents.context(asked.agent, asked.caller, "req_stock"),
        operation_name=asked.operation,
    )
    answer: Answer = {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    return answer


def comparable(answer: Answer) -> Answer:
    """Without where in the document an error is, and in which order the agents answered."""
    errors = [
        (error.get("path"), error["extensions"]["code"], error["message"])
        for error in answer.get("errors", ())
    ]
    return {**answer, "errors": sorted(errors, key=str)}


def test_there_is_enough_to_compare(shop: Shop) -> None:
    assert (len(QUERIES), len(MUTATIONS)) == (32, 29)
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    alone = [operation for operation in OPERATIONS if operation.agent is not None]
    assert len(alone) == 40


@pytest.mark.parametrize("asked", OPERATIONS, ids=lambda asked: asked.name)
def test_both_transports_give_the_same_answer(
    answers: dict[str, dict[str, Answer]], asked: Operation
) -> None:
    local, http = answers["local"][asked.name], answers["http"][asked.name]
    assert comparable(http) == comparable(local)


@pytest.mark.parametrize(
    "asked", [each for each in OPERATIONS if each.agent], ids=lambda asked: asked.name
)
def test_stock_strawberry_gives_the_same_answer(
    shop: Shop, answers: dict[str, dict[str, Answer]], asked: Operation
) -> None:
    variables = asked.given(answers["local"])
    plan = shop.gateway.plan(asked.document, asked.operation, variables)
    assert {request.graph for request in plan.requests} == {asked.agent}
    local, stock = answers["local"][asked.name], answers["stock"][asked.name]
    assert comparable(stock) == comparable(local)


ANSWERED = {
    "a cursor that is none": "INVALID_INPUT",
    "a page that is too large": "INVALID_INPUT",
    "what only staff may see, in a list": "FORBIDDEN",
    "a list for staff only": "FORBIDDEN",
    "some may be seen and some may not": "FORBIDDEN",
    "what a customer may not see of an own order": "FORBIDDEN",
    "a timeline for who may not read it": "FORBIDDEN",
    "text with a NUL": "INVALID_INPUT",
    "a time that is none": "BAD_USER_INPUT",
    "a field that does not exist": "GRAPHQL_VALIDATION_FAILED",
    "a currency that nobody trades in": "BAD_USER_INPUT",
    "without the key that it asks for": "GRAPHQL_VALIDATION_FAILED",
}
"""Which operations have GraphQL errors; all of one code."""

REFUSED = {
    "what lacks a price is not published": "NOT_PUBLISHABLE",
    "a version that somebody else has changed": "STALE_VERSION",
    "an email that is taken": "EMAIL_TAKEN",
    "consent in somebody else's name": "NOT_FOUND",
    "a transition that is none": "INVALID_TRANSITION",
    "the same key for another correction": "IDEMPOTENCY_KEY_REUSED",
    "more than there is": "INSUFFICIENT_STOCK",
    "a basket of nothing": "EMPTY_ORDER",
    "a negative quantity": "INVALID_INPUT",
    "what is not to be had": "INSUFFICIENT_STOCK",
    "and placed again": "INVALID_TRANSITION",
    "somebody else's is canceled": "NOT_FOUND",
    "what was shipped is not canceled": "INVALID_TRANSITION",
    "a change that this caller may not make": "FORBIDDEN",
    "a replay of what is not parked": "NOT_FOUND",
}
"""Which mutations say in their payload that nothing was changed."""


@pytest.mark.parametrize("asked", OPERATIONS, ids=lambda asked: asked.name)
def test_what_is_refused_is_refused_and_what_is_not_is_done(
    answers: dict[str, dict[str, Answer]], asked: Operation
) -> None:
    """Equal answers would be worth little if they were all refusals."""
    answer = answers["local"][asked.name]
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    assert codes == ({ANSWERED[asked.name]} if asked.name in ANSWERED else set())
    if asked in MUTATIONS and answer.get("data"):
        refusals = {
            error["code"]
            for payload in answer["data"].values()
            for error in payload.get("errors", ())
        }
        assert refusals == ({REFUSED[asked.name]} if asked.name in REFUSED else set())


def test_the_agents_of_the_sockets_are_apart() -> None:
    assert {operation.agent for operation in OPERATIONS} == {*AGENTS, None}
