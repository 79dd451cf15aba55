"""What bad input gets over HTTP: a status, a code, no trace of our insides, and nothing changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from gateway.server.listen import listen
from souk.keys import SigningKey, signing_key
from souk.seed import people, sales, stock
from souk.tokens import Grant, Kind, issue
from subgraphs.kit import Principal
from tests import callers
from tests.callers import ADMIN, ANONYMOUS
from tests.postgres import Server
from tests.workflows import seeded
from tests.workflows.operations import BERLIN, BY_POST, FULL, SHIRT, order_of
from tests.workflows.shop import headers, in_process, served

MODERN = "application/graphql-response+json"
UNKNOWN = "ord_00000000000000000000000000"
DRAFT, SHIPPED = order_of("DRAFT"), order_of("SHIPPED")
OWNER = callers.customer(DRAFT.customer.id)
STRANGER = callers.customer(
    next(
        each.id
        for each in people.customers()
        if each.status == "ACTIVE" and each.id != DRAFT.customer.id
    )
)
PROBE = "{ __typename }"


def mutation(name: str, entity: str) -> str:
    """A change that tells no more than whether it was made."""
    kind = name[0].upper() + name[1:]
    payload = f"{entity} {{ id }} errors {{ __typename code field }}"
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {payload} }} }}"


CANCEL, CREATE = mutation("cancelOrder", "order"), mutation("createOrder", "order")
UPDATE, ADJUST = mutation("updateProduct", "product"), mutation("adjustStock", "stockLevel")
INSIDES = ("Traceback", 'File "', "sqlalchemy", "asyncpg", "SELECT ", "/work", ".py")
# A key remembers that it was refused; a generation is nobody's business but the saga's.
TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema IN ('customer', 'inventory', 'order', 'platform', 'product')
AND table_type = 'BASE TABLE' AND table_name <> 'idempotency'
ORDER BY table_schema, table_name
"""
CONTENT = """
SELECT count(*) AS number, md5(string_agg(row, ',' ORDER BY row)) AS content
FROM (SELECT (to_jsonb(t) - 'generation')::text AS row FROM "{schema}"."{table}" AS t) AS rows
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        """Of the GraphQL errors."""
        return [error["extensions"]["code"] for error in self.json.get("errors", ())]


@dataclass(frozen=True, slots=True)
class Edge:
    """The whole way from a socket to the tables."""

    url: str
    key: SigningKey
    session: ClientSession
    tables: AsyncConnection

    async def post(
        self,
        body: bytes,
        caller: Principal = ANONYMOUS,
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends what is there to be sent. What never may leave us is looked for in every answer."""
        given = {"content-type": "application/json", "accept": MODERN}
        given |= headers(self.key, caller) | dict(more or {})
        url, data = f"{self.url}/graphql", BytesIO(body)
        async with self.session.post(url, data=data, headers=given) as response:
            answer = Answer(response.status, response.headers.copy(), await response.read())
        assert [word for word in INSIDES if word in answer.body.decode()] == []
        for error in answer.json.get("errors", ()):
            assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
        return answer

    async def ask(self, query: str, caller: Principal = ANONYMOUS, **variables: Any) -> Answer:
        return await self.post(
            json.dumps({"query": query, "variables": variables}).encode(), caller
        )

    async def content(self) -> dict[str, tuple[int, str | None]]:
        """Every table: its number of rows, and what is in them."""
        found = {}
        for schema, table in await self.tables.execute(text(TABLES)):
            [row] = await self.tables.execute(text(CONTENT.format(schema=schema, table=table)))
            found[f"{schema}.{table}"] = (row.number, row.content)
        return found

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        before = await self.content()
        assert before["order.orders"][0] >= len(sales.orders())
        yield
        assert await self.content() == before


@pytest.fixture(scope="module")
async def edge(
    server: Server,
    example_template: None,
    installation_key: SigningKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Edge]:
    spool = tmp_path_factory.mktemp("spool")
    async with (
        seeded.clone(server) as name,
        in_process(partial(server.url, name), installation_key, spool) as shop,
        served(shop.app(), listen("127.0.0.1", 0)) as url,
        ClientSession() as session,
    ):
        engine = create_async_engine(server.url(name, "postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as tables:
            yield Edge(url, installation_key, session, tables)
        await engine.dispose()


def refusals(answer: Answer) -> list[tuple[str, str, list[str]]]:
    """Of the one payload, whose entity must be null: type, code, and where in the input."""
    [payload] = answer.json["data"].values()
    assert [value for name, value in payload.items() if name != "errors"] == [None]
    return [(each["__typename"], each["code"], each["field"]) for each in payload["errors"]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"query": "{ __typename }"', 400, "BAD_REQUEST"),
        (b"", 400, "BAD_REQUEST"),
        (b"\xff\xfe", 400, "BAD_REQUEST"),
        (b'{"query": 1}', 400, "BAD_REQUEST"),
        (b'{"variables": {}}', 400, "BAD_REQUEST"),
        (b'{"query": "{ __typename }", "variables": []}', 400, "BAD_REQUEST"),
        (b'[{"query": "{ __typename }"}]', 400, "BATCHING_NOT_SUPPORTED"),
        (b'{"query": "{ me {"}', 400, "GRAPHQL_PARSE_FAILED"),
        (b'{"query": "{ me { id secret } }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ order(id: {}) { id } }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (b'{"query": "{ products(first: 1.5) { totalCount } }"}', 400, "GRAPHQL_VALIDATION_FAILED"),
        (
            b'{"query": "query ($n: Int!) { products(first: $n) { totalCount } }",'
            b' "variables": {"n": "many"}}',
            400,
            "BAD_USER_INPUT",
        ),
        (
            b'{"query": "query ($n: Int!) { products(first: $n) { totalCount } }"}',
            400,
            "BAD_USER_INPUT",
        ),
        (
            b'{"query": "query A { me { id } } query B { me { id } }"}',
            400,
            "OPERATION_RESOLUTION_FAILURE",
        ),
        (b'{"query": "' + b"{ me " * 60 + b"{ id }" + b"}" * 60 + b'"}', 400, "LIMIT_EXCEEDED"),
        (
            b'{"query": "' + b"{ me " * 300 + b"{ id }" + b"}" * 300 + b'"}',
            400,
            "GRAPHQL_PARSE_FAILED",
        ),
        (b'{"query": "{ me {' + b" a: id" * 101 + b'} }"}', 400, "LIMIT_EXCEEDED"),
        (b'{"query": "' + b" " * 1_100_000 + b'"}', 413, "REQUEST_TOO_LARGE"),
    ],
    ids=lambda value: value[:50].decode("latin-1") if isinstance(value, bytes) else None,
)
async def test_a_malformed_request(edge: Edge, body: bytes, status: int, code: str) -> None:
    async with edge.unchanged():
        answer = await edge.post(body, ADMIN)
    assert (answer.status, answer.codes) == (status, [code])
    assert "data" not in answer.json


async def test_a_deep_query_of_real_fields(edge: Edge) -> None:
    deep = "customer { orders { " * 8 + "id" + " } }" * 8
    async with edge.unchanged():
        answer = await edge.ask(f'{{ order(id: "{DRAFT.id}") {{ {deep} }} }}', ADMIN)
    assert (answer.status, answer.codes) == (400, ["LIMIT_EXCEEDED"])
    assert answer.json["errors"][0]["extensions"]["limit"] == "depth"


async def test_another_content_type(edge: Edge) -> None:
    answer = await edge.post(b"query={__typename}", more={"content-type": "text/plain"})
    assert (answer.status, answer.codes) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


async def test_a_mutation_by_get(edge: Edge) -> None:
    parameters = {"query": CANCEL, "variables": json.dumps({"input": {}})}
    async with (
        edge.unchanged(),
        edge.session.get(
            f"{edge.url}/graphql",
            params=parameters,
            headers={"accept": MODERN} | headers(edge.key, ADMIN),
        ) as response,
    ):
        body = await response.json(content_type=None)
    assert (response.status, response.headers["allow"]) == (405, "POST")
    assert [error["extensions"]["code"] for error in body["errors"]] == ["METHOD_NOT_ALLOWED"]


async def test_tokens_that_are_not_good(
    edge: Edge, tmp_path_factory: pytest.TempPathFactory
) -> None:
    admin = Grant("usr_ADMIN", Kind.ADMIN, roles=["admin"])
    good = issue(edge.key, admin)
    head, claims, signature = good.split(".")
    other = signing_key(tmp_path_factory.mktemp("other"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    bad = {
        "Bearer nonsense": "The token is not valid.",
        f"Bearer {head}.{claims}.{signature[:-6]}AAAAAA": "The token is not valid.",
        f"Bearer {head}.{claims}.": "The token is not valid.",
        f"Bearer {issue(other, admin)}": "The token is not valid.",
        f"Bearer {issue(edge.key, admin, now=yesterday)}": "The token has expired.",
        "Basic YWRtaW46YWRtaW4=": "The authorization header must read: Bearer TOKEN.",
    }
    body = json.dumps({"query": PROBE}).encode()
    assert (await edge.post(body, more={"authorization": f"Bearer {good}"})).status == 200
    async with edge.unchanged():
        answers = {each: await edge.post(body, more={"authorization": each}) for each in bad}
    for each, answer in answers.items():
        assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"]), each
        assert answer.json["errors"][0]["message"] == bad[each]
        assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


async def test_a_foreign_customers_order(edge: Edge) -> None:
    entity = "query ($id: ID!) { order(id: $id) { id } }"
    number = "query ($n: String!) { orderByNumber(number: $n) { id } }"
    async with edge.unchanged():
        foreign, unknown = [
            (
                (await edge.ask(entity, STRANGER, id=id)).body,
                (await edge.ask(number, STRANGER, n=n)).body,
                refusals(
                    await edge.ask(
                        CANCEL, STRANGER, input={"orderId": id, "idempotencyKey": f"foreign {id}"}
                    )
                ),
            )
            for id, n in ((DRAFT.id, f"SO-{100_000 + DRAFT.number}"), (UNKNOWN, "SO-1"))
        ]
    assert foreign == unknown
    assert unknown == (
        b'{"data":{"order":null}}',
        b'{"data":{"orderByNumber":null}}',
        [("NotFoundError", "NOT_FOUND", ["orderId"])],
    )
    assert (await edge.ask(entity, OWNER, id=DRAFT.id)).json["data"]["order"]["id"] == DRAFT.id


async def test_an_illegal_transition(edge: Edge) -> None:
    canceling = {"orderId": SHIPPED.id, "idempotencyKey": "too late"}
    async with edge.unchanged():
        answer = await edge.ask(CANCEL, ADMIN, input=canceling)
    assert answer.status == 200
    assert refusals(answer) == [("InvalidTransitionError", "INVALID_TRANSITION", [])]


async def test_a_stale_version(edge: Edge) -> None:
    stale = {"productId": SHIRT.id, "name": "Another", "expectedVersion": 99}
    async with edge.unchanged():
        answer = await edge.ask(UPDATE, ADMIN, input=stale)
    assert answer.status == 200
    assert refusals(answer) == [("StaleVersionError", "STALE_VERSION", ["expectedVersion"])]


async def test_a_reused_idempotency_key(edge: Edge) -> None:
    adjusting = {
        "stockLevelId": FULL.id,
        "delta": -1,
        "reason": "broken",
        "idempotencyKey": "reused",
    }
    first = await edge.ask(ADJUST, ADMIN, input=adjusting)
    async with edge.unchanged():
        other = await edge.ask(ADJUST, ADMIN, input=adjusting | {"delta": -2})
        again = await edge.ask(ADJUST, ADMIN, input=adjusting)
    assert (other.status, again.status) == (200, 200)
    assert refusals(other) == [
        ("IdempotencyKeyReusedError", "IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    ]
    assert again.body == first.body


def _basket(quantity: int, key: str, currency: str = "EUR") -> dict[str, Any]:
    return {
        "currency": currency,
        "lines": [{"variantId": FULL.variant_id, "quantity": quantity}],
        "shippingAddress": BERLIN,
        "shippingMethodId": BY_POST,
        "place": True,
        "idempotencyKey": key,
    }


async def test_insufficient_stock(edge: Edge) -> None:
    assert sum(s.available for s in stock.shelves() if s.variant_id == FULL.variant_id) < 1000
    async with edge.unchanged():
        answer = await edge.ask(CREATE, OWNER, input=_basket(1000, "a thousand"))
    assert answer.status == 200
    assert [refusal[:2] for refusal in refusals(answer)] == [
        ("InsufficientStockError", "INSUFFICIENT_STOCK")
    ]


@pytest.mark.parametrize("quantity", [-1, 0, 1001])
async def test_a_quantity_out_of_range(edge: Edge, quantity: int) -> None:
    async with edge.unchanged():
        answer = await edge.ask(CREATE, OWNER, input=_basket(quantity, f"{quantity} units"))
    assert answer.status == 200
    assert refusals(answer) == [("InvalidInputError", "INVALID_INPUT", ["lines", "0", "quantity"])]


async def test_an_unknown_currency(edge: Edge) -> None:
    literal = "{ productVariants(first: 1) { edges { node { price(currency: XXX) { amount } } } } }"
    async with edge.unchanged():
        variable = await edge.ask(CREATE, OWNER, input=_basket(1, "in pounds", "XXX"))
        written = await edge.ask(literal)
    assert (variable.status, written.status) == (400, 400)
    assert (variable.codes, written.codes) == (["BAD_USER_INPUT"], ["GRAPHQL_VALIDATION_FAILED"])
    assert ["data" in answer.json for answer in (variable, written)] == [False, False]
    for answer in (variable, written):
        assert "Not a currency of this shop: 'XXX'." in answer.json["errors"][0]["message"]


async def test_a_hundred_bad_requests_at_once_leave_nothing_open(edge: Edge) -> None:
    async with edge.unchanged():
        answers = await asyncio.gather(
            *(edge.ask(CREATE, OWNER, input=_basket(-n, f"bad {n}")) for n in range(1, 101))
        )
    assert {answer.status for answer in answers} == {200}
    waiting = await edge.tables.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
    )
    assert waiting.scalar_one() == 0
