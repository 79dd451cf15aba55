"""What can be watched of stock."""

from events.catalog.inventory import StockChanged, StockLow
from subgraphs.inventory.loaders import levels_by_id
from subgraphs.kit import changes

stock_changed = changes("stock_changed", levels_by_id, StockChanged, StockLow)
