"""Adds up the sums of the warehouses to the inventory report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from subgraphs.inventory.repository import LARGEST_INT
from subgraphs.inventory.types import InventoryReport, StockTotals, Warehouse, WarehouseStock

NAMES = ("levels", "low_levels", "available", "reserved", "quarantined", "damaged", "on_hand")


def inventory_report(at: datetime, rows: Sequence[Mapping[str, Any]]) -> InventoryReport:
    """`rows` are the sums of one warehouse each."""
    return InventoryReport(
        at=at,
        totals=_totals(rows),
        warehouses=[
            WarehouseStock(warehouse=Warehouse(id=row["warehouse_id"]), totals=_totals([row]))
            for row in rows
        ],
    )


def _totals(rows: Sequence[Mapping[str, Any]]) -> StockTotals:
    sums = {name: min(sum(row[name] for row in rows), LARGEST_INT) for name in NAMES}
    return StockTotals(**sums)
