"""Seeds what the product agent owns: categories, products, variants, prices."""

from datetime import timedelta

from sqlalchemy import insert

from models.database import UnitOfWork
from models.product import (
    ProductStatus,
    ProductVariantStatus,
    category,
    price,
    product,
    product_variant,
)
from models.tax import TaxClass
from souk.seed.catalogue import ProductPlan, categories, products
from souk.seed.chance import EPOCH
from subgraphs.product.options import options_key

FOUNDED = EPOCH - timedelta(days=400)


async def seed(work: UnitOfWork) -> str:
    """Write the whole catalogue."""
    times = {"created_at": FOUNDED, "updated_at": FOUNDED}
    tree = [
        {"id": c.id, "name": c.name, "slug": c.slug, "parent_id": c.parent_id, **times}
        for c in categories()
    ]
    await work.execute(insert(category), tree)
    await work.execute(insert(product), [_product(plan) for plan in products()])
    variants = [row for plan in products() for row in _variants(plan)]
    await work.execute(insert(product_variant), variants)
    await work.execute(insert(price), [row for plan in products() for row in _prices(plan)])
    return f"{len(products())} products with {len(variants)} variants in {len(tree)} categories"


def _product(plan: ProductPlan) -> dict[str, object]:
    return {
        "id": plan.id,
        "name": plan.name,
        "slug": plan.slug,
        "description": plan.text,
        "brand": plan.brand,
        "status": ProductStatus[plan.status],
        "tax_class": TaxClass[plan.tax_class],
        "category_id": plan.category_id,
        "created_at": plan.created_at,
        "updated_at": plan.created_at,
    }


def _variants(plan: ProductPlan) -> list[dict[str, object]]:
    archived = plan.status == "ARCHIVED"
    status = ProductVariantStatus.ARCHIVED if archived else ProductVariantStatus.ACTIVE
    return [
        {
            "id": variant.id,
            "product_id": plan.id,
            "sku": variant.sku,
            "options": [[variant.option, variant.value]],
            "options_key": options_key([(variant.option, variant.value)]),
            "status": status,
            "weight_grams": variant.grams,
            "created_at": plan.created_at,
            "updated_at": plan.created_at,
        }
        for variant in plan.variants
    ]


def _prices(plan: ProductPlan) -> list[dict[str, object]]:
    return [
        {
            "variant_id": variant.id,
            "currency": currency,
            "valid_from": plan.created_at,
            "amount": amount,
            "created_at": plan.created_at,
        }
        for variant in plan.variants
        for currency, amount in variant.prices
    ]
