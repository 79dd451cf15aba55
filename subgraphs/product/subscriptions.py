"""What can be watched of products."""

from events.catalog.product import (
    PriceChanged,
    ProductArchived,
    ProductPaused,
    ProductPublished,
    ProductResumed,
    ProductUpdated,
    VariantArchived,
)
from subgraphs.kit import changes
from subgraphs.product.loaders import products_by_id

product_changed = changes(
    "product_changed",
    products_by_id,
    ProductPublished,
    ProductUpdated,
    ProductPaused,
    ProductResumed,
    ProductArchived,
    through={VariantArchived: "product_id", PriceChanged: "product_id"},
)
