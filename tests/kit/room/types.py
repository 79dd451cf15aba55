"""A note, whose it is, and how notes are searched and sorted."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import strawberry

from subgraphs.kit import (
    ID,
    DateTimeFilter,
    Direction,
    IntFilter,
    Private,
    StringFilter,
    derived,
    entity,
    enum,
    extension,
    input,
)


@entity("id", "owner_id text")
class Note:
    """Something that somebody wrote down."""

    id: ID
    owner_id: Private[ID]
    text: str
    stars: int
    version: int
    created_at: datetime

    @derived
    def length(self) -> int:
        return len(self.text)


@extension("id")
class Customer:
    id: ID


@enum
class NoteSortField(Enum):
    STARS = "stars"
    CREATED_AT = "created_at"


@input
class NoteSort:
    field: NoteSortField = NoteSortField.CREATED_AT
    direction: Direction = Direction.ASC


@input
class NoteWhere:
    text: StringFilter | None = None
    stars: IntFilter | None = None
    created_at: DateTimeFilter | None = None
    and_: "list[NoteWhere] | None" = strawberry.field(name="and", default=None)
    or_: "list[NoteWhere] | None" = strawberry.field(name="or", default=None)


@dataclass(frozen=True, slots=True)
class Counting:
    """What was asked: to count somebody's notes."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Counted:
    counted: int
    inside: bool
