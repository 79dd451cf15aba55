"""The life of a customer's record; every edge names what walks it."""

from models.customer import CustomerStatus as S
from subgraphs.kit import StateMachine

_LEAVING = {S.MERGED: "mergeCustomers", S.ERASURE_PENDING: "anonymizeCustomer"}

CUSTOMER = StateMachine(
    {
        S.GUEST: {S.ACTIVE: "activateCustomer", **_LEAVING},
        S.ACTIVE: {S.SUSPENDED: "suspendCustomer", **_LEAVING},
        S.SUSPENDED: {S.ACTIVE: "reactivateCustomer", **_LEAVING},
        # All agents agree, or one vetoes: then back to the state that it came from.
        S.ERASURE_PENDING: {
            S.ANONYMIZED: "customer.erasure_answered",
            S.GUEST: "customer.erasure_answered",
            S.ACTIVE: "customer.erasure_answered",
            S.SUSPENDED: "customer.erasure_answered",
        },
    }
)

LIVE = frozenset({S.GUEST, S.ACTIVE, S.SUSPENDED})
"""Records that staff may still change."""
OPEN = LIVE - {S.SUSPENDED}
"""Records that the customers themselves may still change."""
EMAIL_IS_OWN = LIVE - {S.GUEST}
"""Accounts: no two of them share an email."""
