"""Batched: notes by their keys, and fields that need the database."""

from collections.abc import Sequence

from subgraphs.kit import ID, Info, field, resolver
from tests.kit.room import policy, repository
from tests.kit.room.repository import N
from tests.kit.room.types import Customer, Note


@resolver(Note, "id", policy.READ)
async def notes_by_id(ids: Sequence[ID], info: Info) -> list[Note | None]:
    rows = await repository.found(info.db, info.scope, N.id.in_(ids))
    found = {each.id: each for each in rows}
    return [found.get(id) for id in ids]


@resolver(Note, "owner_id text", policy.READ)
async def notes_by_text(keys: Sequence[tuple[ID, str]], info: Info) -> list[Note | None]:
    rows = await repository.found(info.db, info.scope, N.id.is_not(None))
    found = {(each.owner_id, each.text): each for each in rows}
    return [found.get(key) for key in keys]


@field(Customer, policy.READ)
async def note_count(parents: Sequence[Customer], info: Info) -> list[int]:
    owners = await repository.owners(info.db, info.scope, [parent.id for parent in parents])
    return [owners.count(parent.id) for parent in parents]


@field(Note, policy.SECRET)
async def secret(parents: Sequence[Note], info: Info) -> list[str | Exception]:
    return [NameError("no secret") if p.text == "none" else p.text[::-1] for p in parents]
