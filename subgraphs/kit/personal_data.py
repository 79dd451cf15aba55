"""What an agent holds of somebody, for whoever gathers all of it: `<agent>CustomerData`.

Read by the same declarations that an erasure goes by (models/personal.py): what is scrubbed, and
all that belongs to it, is in the export.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from strawberry import ID

from models.database import Reads
from models.personal import Holding, holdings
from subgraphs.kit.context import Info
from subgraphs.kit.graph import Document
from subgraphs.kit.owners import former_ids
from subgraphs.kit.policy import service
from subgraphs.kit.specs import Query
from subgraphs.kit.types import camel, shared


@shared
class PersonalRecord:
    """One thing that is stored about somebody; `content` is its JSON."""

    kind: str
    content: str


def personal_data(agent: str) -> Query[..., list[PersonalRecord]]:
    """The root field in which the agent gives out all that it holds of these customers."""

    async def customer_data(info: Info, customer_ids: list[ID]) -> list[PersonalRecord]:
        """Everything that this agent holds of the customer and of records merged into it."""
        ids = await _visible(info, customer_ids)
        return [
            PersonalRecord(kind=holding.table.name, content=content)
            for holding in holdings(agent)
            for content in await _contents(info.db, holding, ids)
        ]

    customer_data.__name__ = _field(agent)
    return Query(customer_data, service)


def personal_data_of(agent: str) -> Document:
    """What asks an agent for it."""
    name = camel(_field(agent))
    text = f"query ($ids: [ID!]!) {{ {name}(customerIds: $ids) {{ kind content }} }}"
    return Document(agent, "personal_data", text)


def _field(agent: str) -> str:
    return f"{agent}_customer_data"


async def _visible(info: Info, ids: Sequence[str]) -> list[str]:
    """On behalf of a customer: their own id, and those that it was merged with."""
    owner = info.scope.owner
    if owner is None:
        return list(ids)
    own = await former_ids(info.db, owner)
    return [id for id in ids if id in own]


async def _contents(db: Reads, holding: Holding, ids: Sequence[str]) -> list[str]:
    """The rows as JSON, without what is only there to be searched."""
    row = holding.table.alias("r")
    inner = [column.name for column in holding.table.c if isinstance(column.type, TSVECTOR)]
    content: Any = func.to_jsonb(row.table_valued())
    for name in inner:
        content = content.op("-")(name)
    owner = row.c[holding.owner.name]
    rows = select(content.label("content"), owner).where(owner.in_(ids))
    found = await db.rows(rows.order_by(*row.primary_key))
    return [json.dumps(each.content, ensure_ascii=False, sort_keys=True) for each in found]
