"""What is asked of the example shop in every way there is: each once, in this order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from souk.seed import catalogue, people, sales, stock
from souk.seed.chance import seed_id
from souk.seed.sales import OrderPlan
from subgraphs.kit import Principal
from tests.callers import ADMIN, ANONYMOUS, customer, reader, writer

Answers = Mapping[str, Any]
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """`agent`: whose subgraph can answer alone. `variables` may come from earlier answers."""

    name: str
    document: str
    caller: Principal = ADMIN
    agent: str | None = None
    variables: Variables | Callable[[Answers], Variables] = field(default_factory=dict)
    operation: str | None = None

    def given(self, answers: Answers) -> Variables:
        return self.variables(answers) if callable(self.variables) else self.variables


ACTIVE = [plan for plan in catalogue.products() if plan.status == "ACTIVE"]
SHIRT, COAT, HAT = ACTIVE[:3]
DRAFTED = next(plan for plan in catalogue.products() if plan.status == "DRAFT")
SOLD = {variant.id for plan in ACTIVE for variant in plan.variants}
FULL = next(shelf for shelf in stock.shelves() if shelf.available > 50 and shelf.variant_id in SOLD)
EMPTY = next(shelf for shelf in stock.shelves() if shelf.available == 0)
MISSING = "ord_00000000000000000000000000"


def order_of(status: str, place: int = 0) -> OrderPlan:
    return [plan for plan in sales.orders() if plan.status == status][place]


def supplied(plan: OrderPlan) -> bool:
    """Whether all its units are on the shelves of one warehouse, with some to spare."""
    shelves = [stock.shelf_of()[line.variant.id] for line in plan.lines]
    return all(shelf.available > 10 for shelf in shelves)


DRAFT = next(plan for plan in sales.orders() if plan.status == "DRAFT" and supplied(plan))
BUYER, SHIPPED, CONFIRMED = DRAFT.customer, order_of("SHIPPED"), order_of("CONFIRMED")
STRANGER = next(
    each for each in people.customers() if each.status == "ACTIVE" and each.id != BUYER.id
)
GUEST = next(each for each in people.customers() if each.status == "GUEST")
as_buyer, as_stranger = customer(BUYER.id), customer(STRANGER.id)

PAGE = """
query Page($after: String) {
  products(first: 3, after: $after, orderBy: {field: NAME, direction: ASC}) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id name } }
  }
}
"""
CONDITIONS = """
query Conditions($order: ID!, $lines: Boolean!, $brief: Boolean = true) {
  order(id: $order) {
    number
    lines @include(if: $lines) {
      sku variant @skip(if: $brief) { sellable availability { inStock } }
    }
    ... @skip(if: $brief) { customer { displayName } }
  }
}
"""
ERRORS = """
fragment Why on UserError {
  __typename code message field retryable
  ... on InvalidTransitionError { from to allowed }
  ... on StaleVersionError { expected actual }
}
"""

QUERIES = [
    Operation(
        "fragments within fragments",
        """
        query ($id: ID!) { product(id: $id) { ...Shown } }
        fragment Shown on Product { id name ...Sold status }
        fragment Sold on Product { variants(first: 2) { ...Variant } category { path { slug } } }
        fragment Variant on ProductVariant { __typename sku price(currency: EUR) { amount } }
        """,
        ANONYMOUS,
        "product",
        {"id": SHIRT.id},
    ),
    Operation(
        "aliases of one field with different arguments",
        """
        query ($a: ID!, $b: ID!) {
          first: product(id: $a) { called: name one: variants(first: 1) { sku }
                                   two: variants(first: 2) { code: sku } }
          second: product(id: $b) { name variants { euro: price(currency: EUR) { amount }
                                                    yen: price(currency: JPY) { amount } } }
        }
        """,
        ANONYMOUS,
        "product",
        {"a": SHIRT.id, "b": COAT.id},
    ),
    Operation("the first page", PAGE, ANONYMOUS, "product"),
    Operation(
        "the page after it",
        PAGE,
        ANONYMOUS,
        "product",
        lambda answers: {
            "after": answers["the first page"]["data"]["products"]["pageInfo"]["endCursor"]
        },
    ),
    Operation("a cursor that is none", PAGE, ANONYMOUS, "product", {"after": "nowhere"}),
    Operation(
        "a page that is too large", "{ products(first: 101) { totalCount } }", agent="product"
    ),
    Operation(
        "a search, its words and its ranks",
        '{ products(search: "linen or cotton", first: 5) { edges { node { name brand } } } }',
        ANONYMOUS,
        "product",
    ),
    Operation(
        "conditions within conditions",
        """
        query ($where: OrderWhere) {
          orders(where: $where, first: 5, orderBy: {field: NUMBER, direction: ASC}) {
            totalCount edges { node { number status currency totals { total { amount } } } }
          }
        }
        """,
        reader("order"),
        "order",
        {
            "where": {
                "or": [
                    {"status": {"eq": "SHIPPED"}, "currency": {"in": ["GBP", "USD"]}},
                    {"and": [{"status": {"in": ["ON_HOLD"]}}, {"currency": {"eq": "EUR"}}]},
                ]
            }
        },
    ),
    Operation(
        "included and skipped",
        CONDITIONS,
        ADMIN,
        None,
        {"order": SHIPPED.id, "lines": True, "brief": False},
    ),
    Operation("skipped by default", CONDITIONS, ADMIN, None, {"order": SHIPPED.id, "lines": True}),
    Operation("not included", CONDITIONS, ADMIN, None, {"order": SHIPPED.id, "lines": False}),
    Operation(
        "all four agents",
        """
        query ($id: ID!) {
          customer(id: $id) {
            email
            addresses { address { city country } }
            orders(first: 2) {
              number
              reservations { status lines { reserved committed variant { displayName } } }
              lines { quantity unitPrice { amount } variant { product { name }
                      stockLevels { available warehouse { id } } } }
            }
          }
        }
        """,
        variables={"id": SHIPPED.customer.id},
    ),
    Operation(
        "there and back again",
        """
        query ($id: ID!) { order(id: $id) { customer { orders(first: 1) { customer { id
          orders(first: 1) { number customer { displayName } } } } } } }
        """,
        variables={"id": CONFIRMED.id},
    ),
    Operation(
        "a customer's own",
        "{ me { displayName consents { kind granted } orders { number status version } } }",
        as_buyer,
    ),
    Operation("nobody's own", "{ me { id } }", ADMIN, "customer"),
    Operation(
        "foreign, unknown and malformed ids",
        f"""
        {{ foreign: order(id: "{SHIPPED.id}") {{ number }}
           unknown: order(id: "{MISSING}") {{ number }}
           malformed: order(id: "x") {{ number }} }}
        """,
        customer(GUEST.id),
        "order",
    ),
    Operation(
        "what only staff may see, in a list",
        "query ($id: ID!) { product(id: $id) { name variants { sku stockLevels { available } } } }",
        ANONYMOUS,
        None,
        {"id": SHIRT.id},
    ),
    Operation("a list for staff only", "{ taxRates { totalCount } }", as_buyer, "order"),
    Operation(
        "some may be seen and some may not",
        "{ shippingMethods(first: 2) { edges { node { code } } } lowStock { totalCount } }",
        ANONYMOUS,
    ),
    Operation(
        "what a customer may not see of an own order",
        "query ($id: ID!) { order(id: $id) { number notes { text } holds { reason } } }",
        customer(SHIPPED.customer.id),
        "order",
        {"id": SHIPPED.id},
    ),
    Operation(
        "many at once, unknown ones among them",
        """
        query ($ids: [ID!]!) { availabilityBatch(variantIds: $ids) {
          variantId available inStock } }
        """,
        ANONYMOUS,
        "inventory",
        {"ids": [SHIRT.variants[0].id, "var_00000000000000000000000000", COAT.variants[0].id]},
    ),
    Operation(
        "one value for a list",
        "query ($status: [OrderStatus!]) { orders(where: {status: {in: $status}}) { totalCount } }",
        ADMIN,
        "order",
        {"status": "DRAFT"},
    ),
    Operation(
        "the key that people use",
        "query ($n: String!) { orderByNumber(number: $n) { id lines { sku } customer { email } } }",
        variables={"n": f"SO-{100_000 + SHIPPED.number}"},
    ),
    Operation(
        "stock from the warehouse's side",
        """
        { inventoryReport { totals { levels available } warehouses { totals { onHand }
          warehouse { id stockLevels(first: 2) { totalCount edges { node {
            available variant { sku product { name } } } } } } } } }
        """,
    ),
    Operation(
        "one of several operations",
        "query A { me { id } } query B { categories(first: 2) { edges { node { name } } } }",
        ANONYMOUS,
        None,
        operation="B",
    ),
    Operation(
        "text with a NUL", '{ productVariantBySku(sku: "a\\u0000b") { id } }', agent="product"
    ),
    Operation(
        "a time that is none",
        """
        query ($at: DateTime!) { products(where: {createdAt: {range: {lt: $at}}}) { totalCount } }
        """,
        variables={"at": "2026-02-30T00:00:00Z"},
    ),
    Operation("a field that does not exist", "{ products { nodes { id } } }"),
    Operation(
        "the schema", '{ __type(name: "Order") { fields { name type { kind } } } __typename }'
    ),
]


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
BERLIN = {
    "name": "Nora Brandt",
    "line1": "Torstr. 1",
    "postalCode": "10119",
    "city": "Berlin",
    "country": "DE",
}
BY_POST = seed_id("shm", 0)
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
OPERATIONS = [*QUERIES, *MUTATIONS]
