"""Everything that all agents hold of a customer, in one file: gathered, kept a while, removed."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from models.customer import ExportState
from subgraphs.customer import export_files
from subgraphs.customer.errors import CustomerNotActiveError
from subgraphs.customer.repository import customers, exports, merges
from subgraphs.customer.service import aggregate, leaving
from subgraphs.customer.settings import ExportSettings
from subgraphs.customer.states import LIVE
from subgraphs.customer.types import Export
from subgraphs.kit import EVERY_ROW, ID, Info, Refused, Scope, UnitOfWork, intents
from subgraphs.kit.intents import Intent, Payload
from subgraphs.kit.personal_data import personal_data_of
from subgraphs.kit.roster import everybody

LATE = "late"


async def begin(work: UnitOfWork, scope: Scope, customer_id: ID) -> Export:
    """The export will be ready as soon as every agent has answered."""
    customer = await aggregate.lock(work, scope, customer_id)
    if customer.status not in LIVE:
        raise Refused(CustomerNotActiveError(status=customer.status.name, field=["customerId"]))
    made = Export(
        id=ID(work.new_id("exp")),
        customer_id=customer.id,
        state=ExportState.RUNNING,
        created_at=work.now,
        expires_at=None,
        version=1,
    )
    await exports.add(work, made)
    await intents.add(work, gather_export, made.id, {"customer": customer.id})
    return made


async def withdraw(work: UnitOfWork, customer_ids: list[ID]) -> None:
    """The customer is erased: files go, and what is being gathered comes to nothing."""
    for each in await exports.living(work, customer_ids):
        await _expire(work, each, "erased")


async def _gather(info: Info, key: str, payload: Payload) -> bool:
    """Ask every agent, one that is down until it is back; write the file. False: nobody to ask
    about any more.
    """
    customer = ID(payload["customer"])
    found = await customers.by_ids(info.db, EVERY_ROW, [customer])
    if customer not in found or found[customer].status not in LIVE:
        return False
    ids = await merges.family(info.db, customer)
    agents: dict[str, dict[str, list[Any]]] = {}
    for agent in everybody(info):
        document = personal_data_of(agent)
        [records] = (await info.graph.send(document, {"ids": ids})).values()
        kinds = agents.setdefault(agent, {})
        for record in records:
            kinds.setdefault(record["kind"], []).append(json.loads(record["content"]))
    whole = {"customer": customer, "records": ids, "at": info.now.isoformat(), "agents": agents}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    await asyncio.to_thread(export_files.write, info.settings(ExportSettings).file(key), text)
    return True


async def _gathered(
    info: Info, work: UnitOfWork, key: str, payload: Payload, written: bool
) -> None:
    customer = await customers.lock(work, EVERY_ROW, ID(payload["customer"]))
    export = await exports.lock(work, key)
    if export is None or customer is None:
        return
    if not written or export.state is not ExportState.RUNNING or customer.status not in LIVE:
        await _expire(work, export, LATE)
        return
    expires = work.now + info.settings(ExportSettings).life
    await exports.save(work, replace(export, state=ExportState.READY, expires_at=expires))
    payload = {"export": export.id}
    await intents.add(work, remove_export, _removal(export, "expired"), payload, expires)


async def _remove(info: Info, key: str, payload: Payload) -> None:
    file = info.settings(ExportSettings).file(payload["export"])
    await asyncio.to_thread(export_files.remove, file)


async def _removed(info: Info, work: UnitOfWork, key: str, payload: Payload, outcome: None) -> None:
    export = await exports.lock(work, payload["export"])
    if export is None:
        return
    if export.state is not ExportState.EXPIRED:
        await exports.save(work, replace(export, state=ExportState.EXPIRED))
    if await _may_come_back(work, export, key):
        return
    await exports.removed(work, export.id)
    await leaving.finish(work, export.customer_id)


async def _may_come_back(work: UnitOfWork, export: Export, key: str) -> bool:
    """Whether somebody is gathering it still, or was: who comes too late removes it once more."""
    late = _removal(export, LATE)
    return await intents.waits(work, gather_export, export.id) or (
        key != late and await intents.waits(work, remove_export, late)
    )


async def _expire(work: UnitOfWork, export: Export, why: str) -> None:
    """Nobody gets at it from now on; its file goes as soon as the work is committed."""
    expires = export.expires_at or work.now
    await exports.save(work, replace(export, state=ExportState.EXPIRED, expires_at=expires))
    await intents.add(work, remove_export, _removal(export, why), {"export": export.id})


def _removal(export: Export, why: str) -> str:
    """The key of an intent."""
    return f"{export.id}:{why}"


gather_export = Intent("gather_export", _gather, _gathered)
remove_export = Intent("remove_export", _remove, _removed)
