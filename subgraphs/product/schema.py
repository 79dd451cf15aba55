"""What the product agent offers."""

from subgraphs.kit import lookup, subgraph
from subgraphs.product import loaders
from subgraphs.product.mutations import bulk, categories, products, variants
from subgraphs.product.queries import categories as list_categories
from subgraphs.product.queries import product_variants
from subgraphs.product.queries import products as list_products
from subgraphs.product.subscriptions import product_changed

schema = subgraph(
    "product",
    queries=[
        lookup(loaders.products_by_id),
        list_products,
        lookup(loaders.variants_by_id),
        product_variants,
        lookup(loaders.variants_by_sku, name="product_variant_by_sku"),
        lookup(loaders.categories_by_id),
        list_categories,
    ],
    mutations=[
        products.create_product,
        products.update_product,
        products.publish_product,
        products.pause_product,
        products.archive_product,
        variants.create_product_variant,
        variants.update_product_variant,
        variants.archive_product_variant,
        bulk.bulk_upsert_product_variants,
        variants.set_price,
        categories.upsert_category,
    ],
    subscriptions=[product_changed],
    resolvers=[
        loaders.products_by_id,
        loaders.variants_by_id,
        loaders.variants_by_sku,
        loaders.categories_by_id,
    ],
    fields=[
        loaders.product_variants_of,
        loaders.category_of,
        loaders.product_of,
        loaders.price_of,
        loaders.prices_of,
        loaders.parent,
        loaders.children,
        loaders.path,
        loaders.products_of,
    ],
)
