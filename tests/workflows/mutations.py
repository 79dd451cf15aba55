"""Mutations that are sent in every way there is: each once, in this order, after the queries."""

from souk.seed import stock
from tests.callers import ADMIN, writer
from tests.workflows.operations import (
    BERLIN,
    BUYER,
    BY_POST,
    DRAFT,
    EMPTY,
    FULL,
    SHIPPED,
    SHIRT,
    STRANGER,
    Operation,
    as_buyer,
    as_stranger,
)

ERRORS = """
fragment Why on UserError {
  __typename code message field retryable
  ... on InvalidTransitionError { from to allowed }
  ... on StaleVersionError { expected actual }
}
"""


def change(name: str, selection: str) -> str:
    """A mutation with one input."""
    kind = name[0].upper() + name[1:]
    payload = f"{selection} errors {{ ...Why }}"
    return f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {payload} }} }} {ERRORS}"


PLACED = """
order {
  number status version placedAt totals { total { amount currencyCode } }
  lines { sku quantity net { amount } variant { displayName availability { available } } }
  customer { displayName }
}
"""
BASKET = {
    "currency": "EUR",
    "lines": [
        {"variantId": FULL.variant_id, "quantity": 2},
        {"variantId": DRAFT.lines[0].variant.id, "quantity": 1},
    ],
    "idempotencyKey": "a basket",
}
MUTATIONS = [
    Operation(
        "a product is made",
        change("createProduct", "product { id slug status version category { name } }"),
        writer("product"),
        "product",
        {
            "input": {
                "name": "Enamel jug",
                "categoryId": SHIRT.category_id,
                "attributes": [{"name": "Holds", "value": "2 l"}],
            }
        },
    ),
    Operation(
        "a variant of it, which nobody has in stock",
        change("createProductVariant", "productVariant { id sku availability { available } }"),
        writer("product"),
        None,
        lambda answers: {
            "input": {
                "productId": answers["a product is made"]["data"]["createProduct"]["product"]["id"],
                "sku": "jug-2l",
            }
        },
    ),
    Operation(
        "what lacks a price is not published",
        change("publishProduct", "product { status }").replace(
            "...Why", "...Why ... on NotPublishableError { reasons }"
        ),
        ADMIN,
        "product",
        lambda answers: {
            "input": {
                "productId": answers["a product is made"]["data"]["createProduct"]["product"]["id"]
            }
        },
    ),
    Operation(
        "a version that somebody else has changed",
        change("updateProduct", "product { name version }"),
        writer("product"),
        "product",
        {"input": {"productId": SHIRT.id, "name": "Another", "expectedVersion": 7}},
    ),
    Operation(
        "a price that is only tried",
        change("setPrice", "productVariant { sku } events { type subject }"),
        ADMIN,
        "product",
        {
            "input": {
                "variantId": SHIRT.variants[0].id,
                "price": {"amount": "12.50", "currencyCode": "EUR"},
                "dryRun": True,
            }
        },
    ),
    Operation(
        "rows of which one is bad",
        change(
            "bulkUpsertProductVariants",
            "results { row productVariant { sku weightGrams } errors { code field } }",
        ),
        writer("product"),
        "product",
        {
            "input": {
                "rows": [
                    {"sku": SHIRT.variants[0].sku, "weightGrams": 321},
                    {"sku": "no-product-1"},
                ],
                "errorPolicy": "APPLY_VALID",
                "idempotencyKey": "rows",
            }
        },
    ),
    Operation(
        "a customer signs up",
        change("createCustomer", "customer { id status email version orders { number } }"),
        ADMIN,
        None,
        {"input": {"email": "Nora@Example.com", "firstName": "Nora", "locale": "de-DE"}},
    ),
    Operation(
        "an email that is taken",
        change("createCustomer", "customer { id }"),
        writer("customer"),
        "customer",
        {"input": {"email": STRANGER.email}},
    ),
    Operation(
        "consent",
        change("setConsent", "customer { consents { kind granted source } version }"),
        as_stranger,
        "customer",
        {
            "input": {
                "customerId": STRANGER.id,
                "kind": "ANALYTICS",
                "granted": True,
                "source": "account page",
            }
        },
    ),
    Operation(
        "consent in somebody else's name",
        change("setConsent", "customer { id }"),
        as_stranger,
        "customer",
        {
            "input": {
                "customerId": BUYER.id,
                "kind": "ANALYTICS",
                "granted": True,
                "source": "account page",
            }
        },
    ),
    Operation(
        "a transition that is none",
        change("reactivateCustomer", "customer { status }"),
        ADMIN,
        "customer",
        {"input": {"customerId": STRANGER.id}},
    ),
    Operation(
        "stock is corrected",
        change("adjustStock", "stockLevel { available version low } events { type }"),
        ADMIN,
        "inventory",
        {
            "input": {
                "stockLevelId": FULL.id,
                "delta": -3,
                "reason": "broken",
                "idempotencyKey": "broken",
            }
        },
    ),
    Operation(
        "the same correction again",
        change("adjustStock", "stockLevel { available version }"),
        ADMIN,
        "inventory",
        {
            "input": {
                "stockLevelId": FULL.id,
                "delta": -3,
                "reason": "broken",
                "idempotencyKey": "broken",
            }
        },
    ),
    Operation(
        "the same key for another correction",
        change("adjustStock", "stockLevel { available version }"),
        ADMIN,
        "inventory",
        {
            "input": {
                "stockLevelId": FULL.id,
                "delta": -4,
                "reason": "broken",
                "idempotencyKey": "broken",
            }
        },
    ),
    Operation(
        "more than there is",
        change("transferStock", "stockLevels { available }").replace(
            "...Why", "...Why ... on InsufficientStockError { variantId requested available }"
        ),
        writer("inventory"),
        "inventory",
        {
            "input": {
                "variantId": FULL.variant_id,
                "fromWarehouseId": FULL.warehouse_id,
                "toWarehouseId": stock.warehouses()[2],
                "quantity": 9999,
                "idempotencyKey": "too much",
            }
        },
    ),
    Operation(
        "a draft",
        change("createOrder", "order { id number status version lines { sku name quantity } }"),
        as_stranger,
        "order",
        {"input": BASKET},
    ),
    Operation(
        "a basket of nothing",
        change("createOrder", "order { id lines { sku } }"),
        as_stranger,
        "order",
        {"input": {"currency": "EUR", "lines": [], "idempotencyKey": "nothing", "place": True}},
    ),
    Operation(
        "a negative quantity",
        change("createOrder", "order { id }"),
        as_stranger,
        "order",
        {
            "input": {
                **BASKET,
                "lines": [{"variantId": FULL.variant_id, "quantity": -1}],
                "idempotencyKey": "negative",
            }
        },
    ),
    Operation(
        "what is not to be had",
        change("createOrder", "order { id }").replace(
            "...Why", "...Why ... on InsufficientStockError { variantId requested available }"
        ),
        as_buyer,
        "order",
        {
            "input": {
                **BASKET,
                "lines": [{"variantId": FULL.variant_id, "quantity": 1000}],
                "shippingAddress": BERLIN,
                "shippingMethodId": BY_POST,
                "place": True,
                "idempotencyKey": "all of it",
            }
        },
    ),
    Operation(
        "a draft is placed",
        change("placeOrder", PLACED),
        as_buyer,
        None,
        {"input": {"orderId": DRAFT.id, "expectedVersion": 1, "idempotencyKey": "mine"}},
    ),
    Operation(
        "and placed again",
        change("placeOrder", "order { status }"),
        as_buyer,
        "order",
        {"input": {"orderId": DRAFT.id, "idempotencyKey": "once more"}},
    ),
    Operation(
        "somebody else's is canceled",
        change("cancelOrder", "order { status }"),
        as_stranger,
        "order",
        {"input": {"orderId": DRAFT.id, "idempotencyKey": "theirs"}},
    ),
    Operation(
        "it is held, and let go, by staff",
        f"""
        mutation ($hold: HoldOrderInput!, $release: ReleaseOrderInput!) {{
          holdOrder(input: $hold) {{ order {{ status holds {{ reason }} }} errors {{ ...Why }} }}
          releaseOrder(input: $release) {{ order {{ status version }} errors {{ ...Why }} }}
        }} {ERRORS}
        """,
        ADMIN,
        "order",
        {
            "hold": {"orderId": DRAFT.id, "reason": "FRAUD_REVIEW", "note": "A new card."},
            "release": {"orderId": DRAFT.id},
        },
    ),
    Operation(
        "what was shipped is not canceled",
        change("cancelOrder", "order { status }"),
        ADMIN,
        "order",
        {"input": {"orderId": SHIPPED.id, "idempotencyKey": "too late"}},
    ),
    Operation(
        "one after the other, over three agents",
        """
        mutation (
          $stock: ReceiveStockInput!, $note: AddOrderNoteInput!, $name: UpdateCustomerInput!
        ) {
          receiveStock(input: $stock) { stockLevels { available variant { displayName } } }
          addOrderNote(input: $note) { order { notes { text } lines { variant { sku
            availability { available } } } } }
          renamed: updateCustomer(input: $name) { customer { displayName orders(first: 1) { number
            status } } }
        }
        """,
        variables={
            "stock": {
                "warehouseId": EMPTY.warehouse_id,
                "lines": [{"variantId": EMPTY.variant_id, "quantity": 40}],
                "idempotencyKey": "delivery",
            },
            "note": {"orderId": DRAFT.id, "text": "Called back."},
            "name": {"customerId": BUYER.id, "lastName": "Brandt"},
        },
    ),
    Operation(
        "a change that this caller may not make",
        change("upsertTaxRate", "taxRate { id }"),
        as_buyer,
        "order",
        {"input": {"country": "DE", "taxClass": "STANDARD", "rate": "0.01"}},
    ),
    Operation(
        "a replay of what is not parked",
        change("replayDeadLetters", "replayed remaining"),
        agent="monitoring",
        variables={"input": {"consumer": "nobody", "idempotencyKey": "replay"}},
    ),
    Operation(
        "a currency that nobody trades in",
        change("createOrder", "order { id }"),
        as_buyer,
        None,
        {"input": {**BASKET, "currency": "XXX"}},
    ),
    Operation(
        "without the key that it asks for",
        'mutation { cancelOrder(input: {orderId: "ord_1"}) { errors { code } } }',
        as_buyer,
    ),
]
