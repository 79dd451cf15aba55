"""What the product agent owns. The repository fills these classes, the client reads them."""

from collections.abc import Sequence
from datetime import datetime

from models.product import ProductStatus, ProductVariantStatus
from models.tax import TaxClass
from subgraphs.kit import ID, Money, Private, derived, entity, enum, output
from subgraphs.product.states import PRODUCT, VARIANT

enum(ProductStatus)
enum(ProductVariantStatus)
enum(TaxClass)

Pairs = Sequence[Sequence[str]]
"""Names with their values, as they are stored."""


@output
class ProductAttribute:
    """Something to know about a product: "Material", "Linen"."""

    name: str
    value: str


@output
class ProductVariantOption:
    """What makes a variant differ from its siblings: "Colour", "Sand"."""

    name: str
    value: str


@entity("id")
class Category:
    """A shelf of the catalog; categories form a tree."""

    id: ID
    name: str
    slug: str
    parent_id: Private[ID | None]
    version: int
    created_at: datetime
    updated_at: datetime


@entity("id")
class Product:
    """What the shop presents; what it sells are the product's variants."""

    id: ID
    name: str
    slug: str | None
    description: str
    brand: str | None
    status: ProductStatus
    tax_class: TaxClass
    category_id: Private[ID | None]
    attribute_pairs: Private[Pairs]
    version: int
    created_at: datetime
    updated_at: datetime
    relevance: Private[int] = 0
    """How well it answers the search, in millionths; nothing without one."""

    @derived
    def attributes(self) -> list[ProductAttribute]:
        return [ProductAttribute(name=name, value=value) for name, value in self.attribute_pairs]

    @derived
    def allowed_transitions(self) -> list[ProductStatus]:
        return PRODUCT.allowed(self.status)


@output
class Price:
    """What one unit costs in one currency, from an instant on until the next price begins."""

    variant_id: Private[ID]
    units: Private[int]
    currency: Private[str]
    valid_from: datetime
    created_at: datetime

    @derived
    def amount(self) -> Money:
        return Money.of_minor(self.units, self.currency)


@entity("id", "sku")
class ProductVariant:
    """One thing that can be bought: it has a SKU, prices and stock."""

    id: ID
    sku: str
    name: str | None
    status: ProductVariantStatus
    tax_class: TaxClass
    weight_grams: int | None
    product_id: Private[ID]
    product_name: Private[str]
    product_status: Private[ProductStatus]
    option_pairs: Private[Pairs]
    version: int
    created_at: datetime
    updated_at: datetime

    @derived
    def options(self) -> list[ProductVariantOption]:
        return [ProductVariantOption(name=name, value=value) for name, value in self.option_pairs]

    @derived
    def display_name(self) -> str:
        """The product's name with what tells this variant from the others: "Shirt (Sand, M)"."""
        apart = ", ".join(value for _, value in self.option_pairs) or self.name
        return f"{self.product_name} ({apart})" if apart else self.product_name

    @derived
    def sellable(self) -> bool:
        """Whether it may be bought now, if there is stock: it and its product are active."""
        return (
            self.status is ProductVariantStatus.ACTIVE
            and self.product_status is ProductStatus.ACTIVE
        )

    @derived
    def allowed_transitions(self) -> list[ProductVariantStatus]:
        return VARIANT.allowed(self.status)
