"""Facts that the payment agent publishes: each about one payment or one refund."""

from typing import Annotated

from events.event import CUSTOMER, Event, fact
from events.values import Currency, OneOf, Time

FailureReason = Annotated[
    str,
    OneOf("AUTHENTICATION", "DECLINED", "EXPIRED", "INSUFFICIENT_FUNDS", "PROVIDER", "OTHER"),
]
PaymentStep = Annotated[str, OneOf("INITIALIZE", "AUTHORIZE", "CAPTURE", "VOID")]
DisputeReason = Annotated[str, OneOf("FRAUD", "NOT_RECEIVED", "NOT_AS_DESCRIBED", "OTHER")]


@fact("payment.initialized", CUSTOMER)
class PaymentInitialized(Event):
    """The customer has chosen how to pay `amount`; `provider` is the provider's code."""

    order_id: str
    customer_id: str
    provider: str
    amount: int
    currency: Currency


@fact("payment.authorized", CUSTOMER)
class PaymentAuthorized(Event):
    """`amount` may be captured until `expires_at`."""

    order_id: str
    customer_id: str
    amount: int
    currency: Currency
    expires_at: Time | None


@fact("payment.captured", CUSTOMER)
class PaymentCaptured(Event):
    """`amount` was taken, for one package where the order is sent in parts."""

    order_id: str
    customer_id: str
    package_id: str | None
    amount: int
    currency: Currency


@fact("payment.failed", CUSTOMER)
class PaymentFailed(Event):
    """A step was refused; nothing of `amount` moved."""

    order_id: str
    customer_id: str
    step: PaymentStep
    reason: FailureReason
    amount: int
    currency: Currency


@fact("payment.voided", CUSTOMER)
class PaymentVoided(Event):
    """`amount` of what was authorised will not be captured."""

    order_id: str
    customer_id: str
    amount: int
    currency: Currency


@fact("payment.disputed")
class PaymentDisputed(Event):
    """The customer's bank claims `amount` back."""

    order_id: str
    customer_id: str
    reason: DisputeReason
    amount: int
    currency: Currency


@fact("refund.succeeded", CUSTOMER)
class RefundSucceeded(Event):
    """`amount` went back, for a return where `return_request_id` says so."""

    payment_id: str
    order_id: str
    customer_id: str
    return_request_id: str | None
    package_id: str | None
    amount: int
    currency: Currency


@fact("refund.failed")
class RefundFailed(Event):
    """The provider refused; no balance changed, and it may be tried again."""

    payment_id: str
    order_id: str
    customer_id: str
    return_request_id: str | None
    reason: FailureReason
    amount: int
    currency: Currency
