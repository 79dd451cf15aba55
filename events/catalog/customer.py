"""Facts about customers, among them what every agent answers to erasure and merge."""

from typing import Annotated

from events.event import CUSTOMER, Event, EventOfAnyAgent, Part, fact, part
from events.values import OneOf

Answer = Annotated[str, OneOf("ACCEPTED", "VETOED")]
VetoReason = Annotated[
    str, OneOf("OPEN_ORDER", "OPEN_RETURN", "OPEN_PAYMENT", "DISPUTE", "LEGAL_HOLD", "OTHER")
]


@fact("customer.created", CUSTOMER)
class CustomerCreated(Event):
    """There is a record of a customer."""


@fact("customer.updated", CUSTOMER)
class CustomerUpdated(Event):
    """`fields` are the names of what changed, never the values."""

    fields: list[str]


@fact("customer.suspended")
class CustomerSuspended(Event):
    """The customer may not act for a while."""


@fact("customer.reactivated")
class CustomerReactivated(Event):
    """The customer may act again."""


@fact("customer.merged")
class CustomerMerged(Event):
    """This record is one with another: whatever was the subject's is `into_id`'s from now on."""

    into_id: str


@fact("customer.merge_acknowledged")
class CustomerMergeAcknowledged(EventOfAnyAgent):
    """`agent` holds nothing under the subject's id any more: all of it is `into_id`'s."""

    into_id: str


@fact("customer.erasure_requested")
class CustomerErasureRequested(Event):
    """May the customer be forgotten? Each agent looks at its own rows and answers.

    `erasure_id` tells this request from a former one that was vetoed; `customer_ids` are the
    customer's and those of all records merged into it.
    """

    erasure_id: str
    customer_ids: list[str]


@part
class Objection(Part):
    """Why a customer cannot be forgotten yet: `entity_id` is what stands against it."""

    reason: VetoReason
    entity_id: str | None = None


@fact("customer.erasure_answered")
class CustomerErasureAnswered(EventOfAnyAgent):
    """What `agent` says to a request; a veto has at least one objection."""

    erasure_id: str
    answer: Answer
    objections: list[Objection]


@fact("customer.erasure_vetoed")
class CustomerErasureVetoed(Event):
    """Somebody objected: the customer is as before, and may order again."""

    erasure_id: str
    customer_ids: list[str]


@fact("customer.anonymized")
class CustomerAnonymized(Event):
    """Nobody objected: each agent scrubs what is personal of `customer_ids`, and acknowledges."""

    erasure_id: str
    customer_ids: list[str]


@fact("customer.erasure_acknowledged")
class CustomerErasureAcknowledged(EventOfAnyAgent):
    """`agent` holds nothing personal of the subject any more."""

    erasure_id: str
