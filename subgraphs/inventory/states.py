"""The life of a reservation; every edge names what walks it."""

from collections.abc import Sequence
from typing import Protocol

from models.inventory import ReservationStatus as S
from subgraphs.kit import StateMachine

RESERVATION = StateMachine(
    {
        S.ACTIVE: {
            S.COMMITTED: "commitReservation",
            S.RELEASED: ("releaseReservation", "order.canceled"),
            S.EXPIRED: "timer reservation_expiry",
        },
        S.COMMITTED: {
            S.PARTIALLY_CONSUMED: "package.handed_over",
            S.CONSUMED: "package.handed_over",
            S.RELEASED: ("releaseReservation", "order.canceled", "pick.short"),
        },
        # The rest goes back, and what is left of the reservation is what was consumed.
        S.PARTIALLY_CONSUMED: {
            S.CONSUMED: (
                "package.handed_over",
                "releaseReservation",
                "order.canceled",
                "pick.short",
            ),
        },
    }
)
HOLDING = (S.ACTIVE, S.COMMITTED, S.PARTIALLY_CONSUMED)
"""The states in which units are kept."""


class Quantities(Protocol):
    """Where the units of a reservation's line are."""

    @property
    def reserved(self) -> int: ...
    @property
    def committed(self) -> int: ...
    @property
    def consumed(self) -> int: ...


def derived_status(lines: Sequence[Quantities], given_back: S = S.RELEASED) -> S:
    """The state that the quantities mean; `given_back` where no unit is held or was consumed."""
    committed = any(line.committed for line in lines)
    consumed = any(line.consumed for line in lines)
    if any(line.reserved for line in lines):
        return S.ACTIVE
    if committed:
        return S.PARTIALLY_CONSUMED if consumed else S.COMMITTED
    return S.CONSUMED if consumed else given_back
