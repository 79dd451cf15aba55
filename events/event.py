"""What all events share, and how the catalog knows them."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import ClassVar


class Audience(StrEnum):
    """Who may read of an event in a timeline; each level also sees what the ones before it see."""

    CUSTOMER = auto()
    STAFF = auto()
    ADMIN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact about one aggregate. Fields hold ids, amounts and states, never personal data.

    `type` is `<aggregate>.<past participle>`; `version` rises when the fields change meaning.
    """

    type: ClassVar[str]
    version: ClassVar[int] = 1
    audience: ClassVar[Audience] = Audience.STAFF
    aggregate_id: str

    @property
    def subject(self) -> str:
        """The id of the entity that it is about; its aggregate's, unless the class says otherwise.

        An agent that writes of another's aggregate counts in one of its own: `<agent>/<id>`.
        """
        return self.aggregate_id.rpartition("/")[2]
