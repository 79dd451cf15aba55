"""A customer of a real installation with a real Kafka is forgotten: in every table, topic and file.

Only what PostgreSQL itself keeps in its data folder until it is vacuumed is not looked at.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.database import Database
from models.migrations.run import AGENTS
from souk.embedded.postgres import EmbeddedPostgres
from subgraphs.kit import ID, Principal
from tests.callers import ADMIN
from tests.customer import canaries
from tests.events.traffic import until
from tests.kafka.broker import Broker
from tests.kafka.records import everything
from tests.order.shop import Shop
from tests.souk.installation import Installation, send

pytestmark = pytest.mark.kafka

ERASE = """mutation ($i: AnonymizeCustomerInput!) {
    a: anonymizeCustomer(input: $i) { customer { status } errors { code } } }"""
EXPORT = """mutation ($i: ExportCustomerDataInput!) {
    a: exportCustomerData(input: $i) { errors { code } } }"""
STATE = "query ($id: ID!) { customer(id: $id) { status erasure { state } } }"
UPDATE = """mutation ($i: UpdateOrderInput!) {
    a: updateOrder(input: $i) { order { id } errors { code } } }"""
FAULTY = text("UPDATE customer.customer SET email = :email WHERE id = :id")


@dataclass(frozen=True)
class OverHttp:
    """The installation, as an administrator asks it."""

    installation: Installation
    databases: Mapping[str, Database]

    async def through_gateway(
        self, document: str, principal: Principal, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        token = self.installation.token(principal.kind.value, principal.id)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        body = json.dumps({"query": document, "variables": variables}).encode()
        answer = await asyncio.to_thread(send, self.installation.url, "/graphql", body, headers)
        assert isinstance(answer.json, dict)
        return answer.json


@pytest.fixture
def installation(tmp_path: Path, broker: Broker) -> Iterator[Installation]:
    """With the database of its own, no example data, and every line that its log can have."""
    variables = {
        "SOUK_ENV": "production",
        "SOUK_EMBEDDED_POSTGRES": "true",
        "SOUK_LOG_LEVEL": "debug",
        "KAFKA_BOOTSTRAP_SERVERS": broker.servers,
    }
    installation = Installation(tmp_path / "data", variables)
    try:
        installation.start()
        yield installation
    finally:
        installation.close()


@pytest.fixture
async def graph(installation: Installation) -> AsyncIterator[OverHttp]:
    server = EmbeddedPostgres(installation.folder / "postgres")
    assert server.attach()
    db = Database(server.url())
    databases = dict.fromkeys(["platform", *AGENTS], db)
    await Shop(databases).open()
    yield OverHttp(installation, databases)
    await db.close()


def _files(folder: Path) -> dict[str, bytes]:
    """All of them but the database's own, in small letters."""
    own = folder / "data" / "postgres" / "data"
    return {
        str(file.relative_to(folder)): file.read_bytes().lower()
        for file in folder.rglob("*")
        if file.is_file() and not file.is_relative_to(own)
    }


def _singing(found: Mapping[str, bytes]) -> set[str]:
    return {
        name
        for name, content in found.items()
        if any(canary.encode() in content for canary in canaries.CANARIES)
    }


async def test_no_table_no_topic_and_no_file_holds_anything(
    graph: OverHttp, broker: Broker
) -> None:
    db = graph.databases["platform"]
    id = await canaries.full(graph)
    assert await canaries.singing(graph.databases) == canaries.declared()
    given = {"customerId": id, "idempotencyKey": "k"}
    assert (await canaries.ask(graph, EXPORT, **given)) == {"errors": []}
    folder = graph.installation.folder.parent

    def exported() -> set[str]:
        return _singing(_files(folder))

    async def sung() -> set[str]:
        return await asyncio.to_thread(exported)

    assert all("exports" in name for name in await until(sung, bool))
    with pytest.raises(IntegrityError):  # a defect of ours: the server tells of it in its log
        await db.rows(FAULTY, {"id": id, "email": "CANARY@EXAMPLE.COM"})

    await canaries.ask(graph, ERASE, **given)
    done = {"customer": {"status": "ANONYMIZED", "erasure": {"state": "DONE"}}}
    await until(
        lambda: graph.through_gateway(STATE, ADMIN, {"id": id}),
        lambda found: bool(found["data"] == done),
    )
    await _refused(graph, id)
    assert graph.installation.terminate() == 0  # whatever it has to write is written
    server = EmbeddedPostgres(graph.installation.folder / "postgres")
    await asyncio.to_thread(server.start)
    try:
        again = Database(server.url())
        assert await canaries.seen(again) == set()
        await again.close()
    finally:
        await asyncio.to_thread(server.stop)

    records = await everything(broker.servers)
    assert sum(id.encode() in record for record in records) > 5
    numbered = {str(number): record.lower() for number, record in enumerate(records)}
    assert _singing(numbered) == set()

    files = await asyncio.to_thread(_files, folder)
    assert {"log.1", "data/postgres/log"} <= files.keys()
    assert b"email_normalised" in files["data/postgres/log"]
    assert _singing(files) == set()


async def _refused(graph: OverHttp, id: ID) -> None:
    """What comes too late is refused by the database itself, which has a log, too."""
    [row] = await graph.databases["order"].rows(
        text("""SELECT id FROM "order".orders WHERE status = 'DRAFT' AND customer_id = :id"""),
        {"id": id},
    )
    given = {"orderId": row.id, "shippingAddress": canaries.PLACE}
    answer = await graph.through_gateway(UPDATE, ADMIN, {"i": given})
    refused = {"order": None, "errors": [{"code": "ERASURE_REQUESTED"}]}
    assert answer["data"] == {"a": refused}
