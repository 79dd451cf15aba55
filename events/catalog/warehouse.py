"""Facts that the warehouse agent publishes."""

from dataclasses import dataclass

from events.catalog.parts import OrderedUnits, Units
from events.event import CUSTOMER, Event, fact


@fact("pick.completed")
class PickCompleted(Event):
    """All that was asked for is picked; the subject is the pick list."""

    order_id: str
    customer_id: str
    warehouse_id: str
    reservation_id: str
    lines: list[OrderedUnits]


@fact("pick.short")
class PickShort(Event):
    """`missing` units are not where stock says that they are; the subject is the pick list."""

    order_id: str
    customer_id: str
    warehouse_id: str
    reservation_id: str
    missing: list[OrderedUnits]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageEvent(Event):
    """What every fact about a package says; `lines` are what is in it."""

    order_id: str
    customer_id: str
    pick_list_id: str
    warehouse_id: str
    reservation_id: str
    lines: list[OrderedUnits]


@fact("package.packed")
class PackagePacked(PackageEvent):
    """It is closed, and waits for its label, its inspection and its clearance."""


@fact("package.handed_over", CUSTOMER)
class PackageHandedOver(PackageEvent):
    """The carrier has taken it: from here on there is no way back but a return."""

    shipment_id: str


@fact("warehouse.changed")
class WarehouseChanged(Event):
    """`fields` are the names of what changed."""

    active: bool
    fields: list[str]


@fact("warehouse.count_recorded")
class WarehouseCountRecorded(Event):
    """Somebody counted: of each variant, so many units are really there."""

    count_id: str
    counted: list[Units]
