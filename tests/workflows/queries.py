"""Queries that are asked in every way there is: each once, in this order."""

from tests.callers import ADMIN, ANONYMOUS, customer, reader
from tests.workflows.operations import (
    COAT,
    CONFIRMED,
    GUEST,
    MISSING,
    SHIPPED,
    SHIRT,
    Operation,
    as_buyer,
)

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
        "what happened to an order",
        """
        query ($id: ID!) {
          platformTimeline(where: {subject: $id}, orderBy: {direction: ASC}) {
            totalCount edges { cursor node { id cursor type version occurredAt subjectId data
              subject { __typename ... on Order { id } } actor { kind id onBehalfOf }
              correlationId causationId } }
          }
        }
        """,
        reader("monitoring"),
        "monitoring",
        {"id": SHIPPED.id},
    ),
    Operation(
        "a timeline for who may not read it",
        "{ platformTimeline(first: 1) { totalCount } }",
        reader("order"),
        "monitoring",
    ),
    Operation(
        "an order's timeline, each event with its subject",
        """
        query ($id: ID!) {
          order(id: $id) { number timeline { totalCount edges { node { type data
            subject { __typename ... on Order { state: status }
                      ... on Reservation { status lines { committed } } } } } } }
        }
        """,
        variables={"id": CONFIRMED.id},
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
