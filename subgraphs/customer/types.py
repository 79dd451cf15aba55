"""What the customer agent owns."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto

import strawberry

from models.customer import (
    ConsentKind,
    CustomerStatus,
    ErasureAnswer,
    ErasureState,
    ExportState,
    InteractionChannel,
    InteractionDirection,
)
from subgraphs.customer.states import CUSTOMER
from subgraphs.kit import (
    ID,
    DateTimeFilter,
    Direction,
    IDFilter,
    PostalAddress,
    Private,
    derived,
    entity,
    enum,
    input,
    output,
)

enum(CustomerStatus)
enum(ConsentKind)
enum(ErasureAnswer)
enum(ErasureState)
enum(ExportState)
enum(InteractionChannel)
enum(InteractionDirection)


@entity("id")
class Customer:
    """Somebody who buys. `email` is normalised, and null once the record is anonymized."""

    id: ID
    status: CustomerStatus
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    locale: str | None
    created_at: datetime
    updated_at: datetime
    version: int
    status_before: Private[CustomerStatus | None]
    name_key: Private[str]
    staff_reason: Private[str | None]
    merged_into_id: Private[ID | None]

    @derived
    def display_name(self) -> str | None:
        """First and last name, as far as they are known."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or None

    @derived
    def allowed_transitions(self) -> list[CustomerStatus]:
        if self.status_before is None:
            return CUSTOMER.allowed(self.status)
        return [CustomerStatus.ANONYMIZED, self.status_before]


@entity("id")
class Address:
    """One entry of a customer's address book; orders keep a copy of what they were sent to."""

    id: ID
    customer_id: ID
    address: PostalAddress
    is_default_shipping: bool
    is_default_billing: bool
    version: int


@enum
class ErasureReason(Enum):
    """What stands against an erasure as long as it lasts."""

    OPEN_ORDER = auto()
    OPEN_RETURN = auto()
    OPEN_PAYMENT = auto()
    DISPUTE = auto()
    LEGAL_HOLD = auto()
    OTHER = auto()


@output
class ErasureObjection:
    """`entityId` is that of the order, return or other thing that is still open."""

    reason: ErasureReason
    entity_id: ID | None

    @staticmethod
    def of(stored: Mapping[str, str | None]) -> "ErasureObjection":
        """From what the event said."""
        entity = stored["entity_id"]
        return ErasureObjection(
            reason=ErasureReason[stored["reason"] or "OTHER"],
            entity_id=None if entity is None else ID(entity),
        )


@output
class ErasureAgent:
    """One agent: what it said, and since when it holds nothing personal of the customer."""

    agent: str
    answer: ErasureAnswer | None
    objections: list[ErasureObjection]
    answered_at: datetime | None
    acknowledged_at: datetime | None


@output
class CustomerErasure:
    """The last request to forget the customer, and how far each agent has come with it."""

    state: ErasureState
    requested_at: datetime
    ended_at: datetime | None
    agents: list[ErasureAgent]


@entity("id")
class Export:
    """Everything that is stored about a customer, in one file. `expiresAt` is when it goes."""

    id: ID
    customer_id: Private[ID]
    state: ExportState
    created_at: datetime
    expires_at: datetime | None
    version: int


@output
class Consent:
    """What a customer said last to one kind of processing; a kind never asked for is absent."""

    customer_id: Private[ID]
    kind: ConsentKind
    granted: bool
    source: str
    at: datetime


@output
class ConsentChange:
    """A consent given or withdrawn, where and when: the proof."""

    customer_id: Private[ID]
    kind: Private[ConsentKind]
    granted: bool
    source: str
    at: datetime


@entity("id")
class CustomerInteraction:
    """A call, a letter, a talk with a customer. `actor` is who wrote it down."""

    id: ID
    customer_id: ID
    channel: InteractionChannel
    direction: InteractionDirection
    subject: str
    actor: str
    at: datetime
    version: int
    staff_note: Private[str | None]


@input
class CustomerStatusFilter:
    eq: CustomerStatus | None = None
    in_: list[CustomerStatus] | None = strawberry.field(name="in", default=None)


@input
class CustomerWhere:
    id: IDFilter | None = None
    status: CustomerStatusFilter | None = None
    created_at: DateTimeFilter | None = None
    updated_at: DateTimeFilter | None = None
    and_: list["CustomerWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["CustomerWhere"] | None = strawberry.field(name="or", default=None)


@enum
class CustomerSortField(Enum):
    """NAME is by last name, without regard to case and accents."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    NAME = "name_key"


@input
class CustomerSort:
    field: CustomerSortField = CustomerSortField.CREATED_AT
    direction: Direction = Direction.DESC


@input
class InteractionChannelFilter:
    eq: InteractionChannel | None = None
    in_: list[InteractionChannel] | None = strawberry.field(name="in", default=None)


@input
class InteractionDirectionFilter:
    eq: InteractionDirection | None = None


@input
class CustomerInteractionWhere:
    channel: InteractionChannelFilter | None = None
    direction: InteractionDirectionFilter | None = None
    at: DateTimeFilter | None = None
    and_: list["CustomerInteractionWhere"] | None = strawberry.field(name="and", default=None)
    or_: list["CustomerInteractionWhere"] | None = strawberry.field(name="or", default=None)
