"""An export is complete, private, and gone in time: measured by the canaries of an erasure."""

import json
import stat
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import TSVECTOR

from models.customer import export
from models.database import Database
from models.migrations.run import AGENTS
from models.personal import holdings
from models.work import intent
from subgraphs.customer.settings import ExportSettings
from subgraphs.kit import ID, Principal, owners
from subgraphs.kit.graph import GraphUnavailable
from subgraphs.kit.intent_worker import Intents
from subgraphs.kit.worker import Worker
from tests.callers import ADMIN, approver, reader, service
from tests.callers import customer as as_customer
from tests.conftest import Ask
from tests.customer import canaries
from tests.customer.courier import Courier
from tests.customer.people import change
from tests.order.shop import Shop
from tests.platform import Platform

FIND = "query ($id: ID!) { customerExport(id: $id) { state url expiresAt } }"


@pytest.fixture
async def shop(databases: dict[str, Database]) -> Shop:
    return await Shop(databases).open()


@pytest.fixture
def folder(platform: Platform, tmp_path: Path) -> Path:
    return _kept(platform, tmp_path / "exports", timedelta(hours=24))


def _kept(platform: Platform, folder: Path, life: timedelta) -> Path:
    platform.settings = {ExportSettings: ExportSettings(folder, life, lambda id, at: f"/{id}")}
    return folder


async def _export(ask: Ask, id: ID, caller: Principal = ADMIN) -> Any:
    payload = await change(
        ask, "exportCustomerData", caller, "export { id state url expiresAt }", customerId=id
    )
    assert payload["errors"] == []
    return payload["export"]


async def _work(platform: Platform) -> None:
    """Whatever the customer agent's worker has to do now."""
    agents = platform.agent("customer")
    worker = Worker(agents.db, Intents(agents), agents.capture)
    while await worker.tick():
        pass


async def _found(ask: Ask, made: Mapping[str, Any]) -> Any:
    return (await ask(FIND, ADMIN, id=made["id"]))["customerExport"]


async def test_everything_that_an_erasure_would_scrub_is_in_it(
    ask: Ask, shop: Shop, platform: Platform, folder: Path
) -> None:
    anna = await canaries.full(platform)
    ben = await canaries.full(platform, "canary.ben@example.com")
    given = {"customerId": anna, "intoCustomerId": ben, "idempotencyKey": "m"}
    await change(ask, "mergeCustomers", ADMIN, **given)
    await Courier(platform).deliver()

    made = await _export(ask, ben)
    assert (made["state"], made["url"], made["expiresAt"]) == ("RUNNING", None, None)
    await _work(platform)

    found = await _found(ask, made)
    assert (found["state"], found["url"]) == ("READY", f"/{made['id']}")
    left = datetime.fromisoformat(found["expiresAt"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)

    assert _files(folder) == {f"{made['id']}.json": "-rw-------"}
    whole = json.loads((folder / f"{made['id']}.json").read_text())
    assert whole["customer"] == ben
    assert whole["records"] == [ben, anna]
    assert set(whole["agents"]) == set(AGENTS)
    for agent in AGENTS:
        for holding in holdings(agent):
            rows = whole["agents"][agent].get(holding.table.name, [])
            stored = await platform.databases[agent].rows(
                select(holding.owner).where(holding.owner.in_([anna, ben]))
            )
            assert len(rows) == len(stored)
            for column in holding.scrubbed:
                if not isinstance(column.type, TSVECTOR):
                    assert _sings([row[column.name] for row in rows]), column


def _files(folder: Path) -> dict[str, str]:
    """Every file in the folder, with its mode; the folder, if there is one, is its owner's."""
    if not folder.exists():
        return {}
    assert stat.filemode(folder.stat().st_mode) == "drwx------"
    return {each.name: stat.filemode(each.stat().st_mode) for each in folder.iterdir()}


def _sings(values: list[Any]) -> bool:
    text = json.dumps(values).lower()
    return any(canary in text for canary in canaries.CANARIES)


async def test_nothing_of_anybody_else_is_in_it(
    ask: Ask, shop: Shop, platform: Platform, folder: Path
) -> None:
    anna = await canaries.full(platform)
    ben = await canaries.full(platform, "canary.ben@example.com")
    made = await _export(ask, anna, as_customer(anna))
    await _work(platform)
    text = (folder / f"{made['id']}.json").read_text()
    assert "canary@example.com" in text
    assert ben not in text
    assert "canary.ben" not in text


async def test_an_agent_that_is_down_is_waited_for(
    ask: Ask, shop: Shop, platform: Platform, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await canaries.full(platform)
    made = await _export(ask, id)
    asked = Platform.ask

    async def without_order(self: Platform, agent: str, *rest: Any) -> Any:
        if agent == "order":
            raise GraphUnavailable("down")
        return await asked(self, agent, *rest)

    with monkeypatch.context() as down:
        down.setattr(Platform, "ask", without_order)
        await _work(platform)
    assert (await _found(ask, made))["state"] == "RUNNING"
    assert _files(folder) == {}
    db = platform.databases["customer"]
    async with db.unit_of_work() as work:  # the pause is over
        await work.execute(intent.update().values(due_at=work.now))
    await _work(platform)
    assert (await _found(ask, made))["state"] == "READY"


async def test_it_goes_in_time(ask: Ask, shop: Shop, platform: Platform, tmp_path: Path) -> None:
    folder = _kept(platform, tmp_path / "exports", timedelta(0))
    made = await _export(ask, await canaries.full(platform))
    await _work(platform)
    found = await _found(ask, made)
    assert (found["state"], found["url"]) == ("EXPIRED", None)
    assert _files(folder) == {}


@pytest.mark.parametrize("ready", [True, False])
async def test_an_erasure_is_done_when_the_file_is_gone(
    ask: Ask, shop: Shop, platform: Platform, folder: Path, ready: bool
) -> None:
    id = await canaries.full(platform)
    made = await _export(ask, id)
    if ready:
        await _work(platform)
        assert len(_files(folder)) == 1
    await change(ask, "anonymizeCustomer", ADMIN, customerId=id, idempotencyKey="k")
    await Courier(platform).deliver()
    assert await _state(ask, id) == "SCRUBBING"
    assert (await _found(ask, made))["url"] is None
    await _work(platform)
    await _work(platform)
    assert await _state(ask, id) == "DONE"
    assert (await _found(ask, made))["state"] == "EXPIRED"
    assert _files(folder) == {}
    assert await canaries.singing(dict(platform.databases)) == set()


async def test_an_erasure_is_not_done_while_a_file_may_yet_be_written(
    ask: Ask, shop: Shop, platform: Platform, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some agents have answered already when the customer leaves."""
    id = await canaries.full(platform)
    made = await _export(ask, id)
    seen: list[str] = []
    asked = Platform.ask

    async def leaving_meanwhile(self: Platform, agent: str, *rest: Any) -> Any:
        if agent == "product" and not seen:
            seen.append("asked")
            await change(ask, "anonymizeCustomer", ADMIN, customerId=id, idempotencyKey="k")
            await Courier(platform).deliver()
            await _work(platform)
            seen.append(await _state(ask, id))
        return await asked(self, agent, *rest)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Platform, "ask", leaving_meanwhile)
        await _work(platform)
    assert seen == ["asked", "SCRUBBING"]
    assert await _state(ask, id) == "DONE"
    assert (await _found(ask, made))["state"] == "EXPIRED"
    assert _files(folder) == {}


async def _state(ask: Ask, id: ID) -> Any:
    document = "query ($id: ID!) { customer(id: $id) { erasure { state } } }"
    return (await ask(document, ADMIN, id=id))["customer"]["erasure"]["state"]


async def test_a_foreign_export_is_none(
    ask: Ask, db: Database, shop: Shop, platform: Platform, folder: Path
) -> None:
    anna = await canaries.customer(platform)
    ben = await canaries.customer(platform, "canary.ben@example.com")
    made = await _export(ask, anna)
    for caller in (as_customer(ben), as_customer(anna)):
        found = await ask(FIND, caller, id=made["id"])
        assert (found["customerExport"] is None) is (caller.id == ben)
    refused = await change(
        ask, "exportCustomerData", as_customer(ben), "export { id }", customerId=anna
    )
    assert [each["code"] for each in refused["errors"]] == ["NOT_FOUND"]
    refused = await change(
        ask, "exportCustomerData", reader("customer"), "export { id }", customerId=anna
    )
    assert [each["code"] for each in refused["errors"]] == ["FORBIDDEN"]
    assert len(await db.rows(select(export.c.id))) == 1


@pytest.mark.parametrize("agent", AGENTS)
async def test_nobody_but_a_service_may_ask_an_agent_for_it(
    shop: Shop, platform: Platform, agent: str
) -> None:
    id = await canaries.full(platform)
    document = f'{{ {agent}CustomerData(customerIds: ["{id}"]) {{ kind }} }}'
    for caller in (as_customer(id), approver(agent), service("order", "somethingElse")):
        answer = await platform.ask(agent, document, caller, {})
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    other = await platform.ask(
        agent,
        document,
        service("customer", f"{agent}CustomerData", "kind", on_behalf_of="cus_x"),
        {},
    )
    assert other == {"data": {f"{agent}CustomerData": []}}


@pytest.mark.parametrize("agent", AGENTS)
async def test_who_was_merged_is_the_same_customer(
    shop: Shop, platform: Platform, db: Database, agent: str
) -> None:
    """Also for an agent that has not heard of it, where another has."""
    id = await canaries.full(platform)
    document = f'{{ {agent}CustomerData(customerIds: ["{id}", "cus_y"]) {{ kind }} }}'

    async def kinds(owner: str) -> set[str]:
        caller = service("customer", f"{agent}CustomerData", "kind", on_behalf_of=owner)
        answer = await platform.ask(agent, document, caller, {})
        return {record["kind"] for record in answer["data"][f"{agent}CustomerData"]}

    own = await kinds(id)
    assert await kinds("cus_x") == set()
    async with db.unit_of_work() as work:
        await owners.merge(work, "elsewhere", id, "cus_x")
    assert await kinds("cus_x") == own
