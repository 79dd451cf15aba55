"""What all events share, and how a class is declared to be one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, ClassVar, TypeVar, dataclass_transform

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""The data of one version, made into that of the next."""

E = TypeVar("E", bound="Event")


class Audience(StrEnum):
    """Who may read of an event in a timeline; each level also sees what the ones before it see."""

    CUSTOMER = auto()
    STAFF = auto()
    ADMIN = auto()


CUSTOMER, STAFF, ADMIN = Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact about one aggregate. Fields hold ids, amounts and states, never personal data.

    Amounts are in minor units of the `currency` beside them; times are RFC 3339 in UTC. An event
    that concerns an order or a customer names them in `order_id` and `customer_id`, unless they
    are its subject: by these two it is found in timelines.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    type: ClassVar[str]
    version: ClassVar[int] = 1
    audience: ClassVar[Audience] = STAFF
    upgrades: ClassVar[Mapping[int, Upgrade]] = {}
    aggregate_id: str

    @property
    def subject(self) -> str:
        """The id of the entity that it is about; its aggregate's, unless the class says otherwise.

        An agent that writes of another's aggregate counts in one of its own: `<agent>/<id>`.
        """
        return self.aggregate_id.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOfAnyAgent(Event):
    """Any agent may say this about an entity, be it its own or not: `agent` is the one that does.

    So that the agents do not number one another's facts, `aggregate_id` is `<agent>/<entity>`, as
    `own_aggregate` makes it.
    """

    agent: str


def own_aggregate(agent: str, entity: str) -> str:
    """The aggregate in which `agent` numbers what it says about an entity of another agent."""
    return f"{agent}/{entity}"


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(
    event_type: str,
    audience: Audience = STAFF,
    *,
    version: int = 1,
    upgrades: Mapping[int, Upgrade] | None = None,
) -> Callable[[type[E]], type[E]]:
    """Declare an event: `event_type` is `<aggregate>.<past participle>`.

    `version` rises when consumers of the former version would no longer understand it;
    `upgrades` makes the data of a version into that of the next, so that what was written
    before still tells. A version without an upgrade is refused by whoever decodes it.
    """

    def declare(cls: type[E]) -> type[E]:
        cls.type, cls.version, cls.audience = event_type, version, audience
        cls.upgrades = upgrades or {}
        return dataclass(frozen=True, slots=True, kw_only=True)(cls)

    return declare


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A group of values inside an event, such as one line of an order."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


P = TypeVar("P", bound=Part)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: type[P]) -> type[P]:
    """Declare a group of values."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)
