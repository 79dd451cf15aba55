"""Every mutation of the agent, with an input that succeeds on the stock of `prepared`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.database import Database
from models.inventory import ReservationStatus
from tests.inventory.reserved import ID_1, reservation_in
from tests.inventory.stock import (
    ADJUST,
    ADJUST_RESERVATION,
    COMMIT,
    EXTEND,
    RECEIVE,
    RELEASE,
    REORDER,
    RESERVE,
    SET,
    TRANSFER,
    basket,
    level,
    stock,
    variant,
    warehouse,
)


@dataclass(frozen=True, slots=True)
class Command:
    """`other` changes the input's body; `scope` is what staff need, None where staff never may."""

    name: str
    document: str
    body: Mapping[str, Any]
    other: Mapping[str, Any]
    scope: str | None

    def __str__(self) -> str:
        return self.name

    def input(self, key: str = "k") -> dict[str, Any]:
        return {**self.body, "idempotencyKey": key}

    def changed(self, key: str = "k") -> dict[str, Any]:
        return {**self.input(key), **self.other}

    def selecting(self, edit: Callable[[str], str]) -> "Command":
        return replace(self, document=edit(self.document))


async def prepared(db: Database) -> None:
    """Five of variant 1 reserved as `ID_1`, ten available; ten of variant 2."""
    await reservation_in(db, ReservationStatus.ACTIVE)
    await stock(db, (2, 1, 10))


LEVEL_1 = {"stockLevelId": level(1)}
WAY = {"fromWarehouseId": warehouse(1), "toWarehouseId": warehouse(2)}
RECEIPT = {"warehouseId": warehouse(1), "lines": [{"variantId": variant(3), "quantity": 4}]}
HELD = {"reservationId": ID_1}
LATER = {"expectedVersion": 1}

COMMANDS = [
    Command(
        "adjustStock",
        ADJUST,
        {**LEVEL_1, "delta": -2, "reason": "broken"},
        {"delta": -3},
        "approve",
    ),
    Command(
        "setStock", SET, {**LEVEL_1, "quantity": 7, "changeFrom": 10}, {"quantity": 8}, "approve"
    ),
    Command(
        "transferStock",
        TRANSFER,
        {"variantId": variant(1), **WAY, "quantity": 3},
        {"quantity": 4},
        "write",
    ),
    Command("receiveStock", RECEIVE, RECEIPT, {"reason": "late"}, "write"),
    Command(
        "createReservation", RESERVE, basket("k", (2, 3, None)), basket("k", (2, 4, None)), None
    ),
    Command("extendReservation", EXTEND, HELD, LATER, None),
    Command("commitReservation", COMMIT, HELD, LATER, None),
    Command("releaseReservation", RELEASE, HELD, LATER, "approve"),
    Command(
        "adjustReservation",
        ADJUST_RESERVATION,
        {**HELD, "lines": [{"variantId": variant(2), "by": 1}]},
        {"lines": [{"variantId": variant(2), "by": 2}]},
        None,
    ),
    Command(
        "setReorderPoint", REORDER, {**LEVEL_1, "reorderPoint": 10}, {"reorderPoint": 11}, "write"
    ),
]
KEYED = {
    "adjustStock",
    "setStock",
    "transferStock",
    "receiveStock",
    "createReservation",
    "commitReservation",
    "adjustReservation",
}
"""Those that DOMAIN.md marks as needing a key."""
