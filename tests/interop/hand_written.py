"""Queries that show what gateways differ in: joins, fragments, conditions, nulls, errors."""

from typing import Final

from tests.callers import ANONYMOUS, customer, reader
from tests.workflows.operations import (
    COAT,
    CONFIRMED,
    DRAFT,
    EMPTY,
    GUEST,
    MISSING,
    SHIPPED,
    SHIRT,
    STRANGER,
    Operation,
    as_buyer,
)

_VARIANT: Final = SHIRT.variants[0].id
_ORDER: Final = {"id": SHIPPED.id}
_PRODUCT: Final = {"id": SHIRT.id}

_JOINS: Final = [
    Operation(
        "a variant, from stock to catalogue",
        """{ stockLevels(first: 3) { edges { node { available variant { sku displayName
           product { name category { slug } } } } } } }""",
    ),
    Operation(
        "a product, from catalogue to stock",
        """query ($id: ID!) { product(id: $id) { name variants { sku stockLevels { onHand
           warehouse { id } } availability { available inStock } } } }""",
        variables=_PRODUCT,
    ),
    Operation(
        "an order's reservations and what they reserve",
        """query ($id: ID!) { order(id: $id) { reservations { status lines { reserved
           variant { sku } warehouse { id } } } } }""",
        variables=_ORDER,
    ),
    Operation(
        "reservations and their orders' customers",
        """{ reservations(first: 4) { edges { node { status order { number customer {
           email } } } } } }""",
    ),
    Operation(
        "a reference that needs no fetch",
        """query ($id: ID!) { order(id: $id) { customer { id __typename } lines { variant
           { id } } } }""",
        variables=_ORDER,
    ),
    Operation(
        "a reference and one field more",
        """query ($id: ID!) { order(id: $id) { customer { id status } lines { variant { id
           sku } } } }""",
        variables=_ORDER,
    ),
    Operation(
        "lists within lists within lists",
        """{ customers(first: 2) { edges { node { id orders(first: 2) { number lines { sku
           variant { product { variants(first: 2) { sku } } } } } } } } }""",
    ),
    Operation(
        "two roots of one agent and two of another",
        """query ($p: ID!, $o: ID!) { product(id: $p) { name } categories(first: 1) { totalCount }
           order(id: $o) { number } taxRates(first: 1) { totalCount } }""",
        variables={"p": SHIRT.id, "o": SHIPPED.id},
    ),
    Operation(
        "roots of all four agents",
        """query ($v: ID!) { me { id } availability(variantId: $v) { available }
           shippingMethods(first: 1) { edges { node { code } } }
           categories(first: 1) { totalCount } }""",
        ANONYMOUS,
        variables={"v": _VARIANT},
    ),
    Operation(
        "orders' timelines, each event's subject from its owner",
        """query ($id: ID!) { customer(id: $id) { displayName orders(first: 2) { number
           timeline(first: 3) { totalCount edges { node { type data subject { __typename
           ... on Order { number customer { email } } ... on Reservation { expiresAt
           lines { variant { sku } } } } } } } } } }""",
        variables={"id": SHIPPED.customer.id},
    ),
    Operation(
        "the same events from above, without what their subjects are",
        """{ platformTimeline(first: 5) { pageInfo { hasNextPage } edges { node { cursor type
           subject { ... on Order { id } ... on Customer { id } ... on Reservation { id } }
           actor { kind id } } } } }""",
    ),
    Operation(
        "movements and where they went",
        """{ stockMovements(first: 3) { edges { node { kind delta variant { sku }
           stockLevel { onHand variant { name } } } } } }""",
    ),
    Operation(
        "low stock by product",
        "{ lowStock(first: 3) { edges { node { available variant { product { name } } } } } }",
    ),
    Operation(
        "the customer of an order, and back, and back",
        """query ($id: ID!) { order(id: $id) { customer { orders(first: 1) {
           customer { displayName orders(first: 1) { number } } } } } }""",
        variables=_ORDER,
    ),
]
_SHAPES: Final = [
    Operation(
        "the same field by two ways into one object",
        """query ($id: ID!) { order(id: $id) { ...A ...B } }
           fragment A on Order { customer { email } lines { sku } }
           fragment B on Order { customer { displayName } lines { quantity } }""",
        variables=_ORDER,
    ),
    Operation(
        "fragments on Query",
        """{ ...Shop } fragment Shop on Query { categories(first: 2) { ...Page } }
           fragment Page on CategoryConnection { totalCount edges { node { ... { name } } } }""",
        ANONYMOUS,
    ),
    Operation(
        "an inline fragment without a type",
        """query ($id: ID!) { product(id: $id) { ... { name ... { brand } } ... on Product
           { id } } }""",
        ANONYMOUS,
        variables=_PRODUCT,
    ),
    Operation(
        "fragments across a join",
        """query ($id: ID!) { order(id: $id) { lines { ...Line } } }
           fragment Line on OrderLine { sku variant { ...Shown } }
           fragment Shown on ProductVariant { displayName availability { ...Stock } }
           fragment Stock on Availability { inStock }""",
        variables=_ORDER,
    ),
    Operation(
        "aliases of a join",
        """query ($id: ID!) { order(id: $id) { who: customer { mail: email } also: customer {
           name: displayName } items: lines { what: variant { code: sku } } } }""",
        variables=_ORDER,
    ),
    Operation(
        "an alias that is another field's name",
        "query ($id: ID!) { product(id: $id) { id: name name: id slug: status } }",
        ANONYMOUS,
        variables=_PRODUCT,
    ),
    Operation(
        "an alias for the key before a join",
        """query ($id: ID!) { order(id: $id) { lines { variant { id: sku
           availability { available } } } } }""",
        variables=_ORDER,
    ),
    Operation(
        "aliases with other arguments across a join",
        """query ($id: ID!) { customer(id: $id) { one: orders(first: 1) { number }
           two: orders(first: 2) { id status } } }""",
        variables={"id": SHIPPED.customer.id},
    ),
    Operation(
        "one root under two names",
        """query ($a: ID!, $b: ID!) { a: order(id: $a) { number customer { email } }
           b: order(id: $b) { number customer { displayName } } }""",
        variables={"a": SHIPPED.id, "b": CONFIRMED.id},
    ),
    Operation(
        "typenames everywhere",
        """query ($id: ID!) { __typename order(id: $id) { __typename customer { __typename }
           lines { __typename variant { __typename product { __typename } } } } }""",
        variables=_ORDER,
    ),
    Operation(
        "an aliased typename",
        "query ($id: ID!) { root: __typename order(id: $id) { kind: __typename } }",
        variables=_ORDER,
    ),
    Operation(
        "only typenames of a page",
        "{ products(first: 2) { __typename edges { __typename node { __typename } } } }",
        ANONYMOUS,
    ),
    Operation(
        "the types of the schema",
        '{ __type(name: "ProductVariant") { name kind fields { name } interfaces { name } } }',
        ANONYMOUS,
    ),
    Operation(
        "the implementations of an interface",
        '{ __type(name: "UserError") { possibleTypes { name } fields { name } } }',
        ANONYMOUS,
    ),
    Operation("the root types", "{ __schema { queryType { name } mutationType { name } } }"),
]
_CONDITIONS: Final = """
query ($id: ID!, $who: Boolean!, $what: Boolean = true) {
  order(id: $id) {
    number
    customer @include(if: $who) { email }
    ... @skip(if: $what) { lines { sku variant { displayName } } }
    ...Status @include(if: $what) @skip(if: $who)
  }
}
fragment Status on Order { status placedAt }
"""
_CONDITIONED: Final = [
    Operation("a join included", _CONDITIONS, variables={**_ORDER, "who": True}),
    Operation("a join not included", _CONDITIONS, variables={**_ORDER, "who": False}),
    Operation(
        "a join skipped or not", _CONDITIONS, variables={**_ORDER, "who": False, "what": False}
    ),
    Operation(
        "a literal condition",
        """query ($id: ID!) { order(id: $id) { number @include(if: true)
           status @skip(if: true) customer @include(if: false) { email } } }""",
        variables=_ORDER,
    ),
    Operation(
        "nothing is left of an object",
        "query ($id: ID!) { order(id: $id) { customer { email @skip(if: true) } } }",
        variables=_ORDER,
    ),
    Operation(
        "nothing is left at all",
        "query ($id: ID!) { order(id: $id) @skip(if: true) { id } }",
        variables=_ORDER,
    ),
    Operation(
        "included here and skipped there",
        """query ($id: ID!, $yes: Boolean!) { order(id: $id) { number @skip(if: $yes)
           ... on Order @include(if: $yes) { number } customer @skip(if: $yes) { email }
           customer { id } } }""",
        variables={**_ORDER, "yes": True},
    ),
    Operation(
        "variables across a join",
        """query ($id: ID!, $many: Int!, $in: CurrencyCode!) { product(id: $id) {
           variants(first: $many) { stockLevels(first: $many) { onHand }
           price(currency: $in) { amount currencyCode } } } }""",
        variables={**_PRODUCT, "many": 2, "in": "EUR"},
    ),
    Operation(
        "a variable by default",
        f"""query ($id: ID! = "{SHIRT.id}", $many: Int! = 1) {{ product(id: $id) {{
           variants(first: $many) {{ sku }} }} }}""",
    ),
    Operation(
        "an input of variables",
        """query ($status: OrderStatus!, $in: [String!]) { orders(first: 3, where: {
           status: {eq: $status}, currency: {in: $in}}) { edges { node { number } } } }""",
        variables={"status": "SHIPPED", "in": ["EUR", "USD"]},
    ),
    Operation(
        "a variable that is null",
        """query ($where: OrderWhere, $after: String) { orders(where: $where, after: $after,
           first: 2) { edges { node { number } } } }""",
        variables={"where": None, "after": None},
    ),
    Operation(
        "a number for an ID",
        "query ($id: ID!) { order(id: $id) { number } }",
        variables={"id": 7},
    ),
]
_PAGES: Final = [
    Operation(
        "an order's pages",
        """{ orders(first: 2, orderBy: {field: NUMBER, direction: ASC}) { totalCount
           pageInfo { hasNextPage endCursor } edges { cursor node { number } } } }""",
    ),
    Operation(
        "the page after it, of orders",
        """query ($after: String) { orders(first: 2, after: $after,
           orderBy: {field: NUMBER, direction: ASC}) { edges { node { number } } } }""",
        variables=lambda answers: {
            "after": answers["an order's pages"]["data"]["orders"]["pageInfo"]["endCursor"]
        },
    ),
    Operation("a page of nothing", '{ products(search: "zzzz") { totalCount edges { cursor } } }'),
    Operation("a page of no entries", "{ orders(first: 0) { edges { cursor } } }"),
    Operation(
        "a warehouse's levels, page by page",
        """{ stockLevels(first: 1) { edges { node { warehouse { stockLevels(first: 2) {
           pageInfo { hasNextPage endCursor } edges { node { available } } } } } } } }""",
    ),
    Operation(
        "categories and their trees",
        """{ categories(first: 3) { edges { node { name parent { name } children { name
           path { slug } } products(first: 2) { name } } } } }""",
        ANONYMOUS,
    ),
    Operation(
        "what was sold",
        """{ salesReport(range: {from: "2024-01-01T00:00:00Z", to: "2024-02-01T00:00:00Z"},
           currency: EUR, groupBy: MONTH) { currency buckets { __typename } } }""",
    ),
]
_NULLS: Final = [
    Operation(
        "an order that is not there",
        "query ($id: ID!) { order(id: $id) { number customer { email } } }",
        variables={"id": MISSING},
    ),
    Operation(
        "null at the end of a join",
        """query ($id: ID!) { order(id: $id) { number status placedAt totals { total { amount } }
           shippingMethod { code } reservations { id } } }""",
        variables={"id": DRAFT.id},
    ),
    Operation(
        "a customer without a name",
        """query ($id: ID!) { customer(id: $id) { status firstName mergedInto { id }
           orders { id } } }""",
        variables={"id": GUEST.id},
    ),
    Operation(
        "a variant that is out of stock",
        """query ($id: ID!) { productVariant(id: $id) { sku availability { available inStock }
           stockLevels { available low } } }""",
        variables={"id": EMPTY.variant_id},
    ),
    Operation(
        "prices in a currency that has none",
        """query ($id: ID!) { product(id: $id) { variants { sku price(currency: SEK) {
           amount } } } }""",
        ANONYMOUS,
        variables={"id": COAT.id},
    ),
    Operation("nobody signed in", "{ me { id orders { number } } }", ANONYMOUS),
]
_ERRORS: Final = [
    Operation(
        "a list's page too large, in a join",
        """query ($id: ID!) { customer(id: $id) { email orders(first: 1000) { number } } }""",
        variables={"id": SHIPPED.customer.id},
    ),
    Operation(
        "stock is not for customers",
        """query ($id: ID!) { product(id: $id) { name variants(first: 2) { sku
           stockLevels { onHand } availability { inStock } } } }""",
        as_buyer,
        variables=_PRODUCT,
    ),
    Operation(
        "two lists that this reader may not see",
        """{ orders(first: 1) { edges { node { number } } } customers { totalCount }
           lowStock { totalCount } }""",
        reader("order"),
    ),
    Operation(
        "an order of somebody else",
        "query ($id: ID!) { order(id: $id) { number customer { email } } }",
        customer(STRANGER.id),
        variables=_ORDER,
    ),
    Operation(
        "the customer behind an order, for who may not know",
        "query ($id: ID!) { order(id: $id) { number customer { id email addresses { id } } } }",
        reader("order"),
        variables=_ORDER,
    ),
    Operation(
        "notes and holds, for a customer, over a join",
        "{ me { displayName orders(first: 2) { number notes { text } holds { reason } } } }",
        customer(SHIPPED.customer.id),
    ),
    Operation(
        "a currency that is none, given as a variable",
        """query ($id: ID!, $in: CurrencyCode!) { product(id: $id) { variants {
           price(currency: $in) { amount } } } }""",
        ANONYMOUS,
        variables={**_PRODUCT, "in": "XXX"},
    ),
    Operation("a syntax error", "{ products { "),
    Operation("an unknown argument", "{ products(last: 3) { totalCount } }"),
    Operation("an unknown type", "{ ... on Nothing { id } }"),
    Operation("a leaf with a selection", "{ me { id { x } } }"),
    Operation("an object without one", "{ me }"),
    Operation("fields that conflict", "{ me { a: id a: status } }"),
    Operation("a variable that is missing", "query ($id: ID!) { order(id: $id) { number } }"),
    Operation("an undeclared variable", "{ order(id: $id) { number } }"),
    Operation(
        "a variable of the wrong type",
        "query ($first: Int!) { orders(first: $first) { totalCount } }",
        variables={"first": "three"},
    ),
    Operation(
        "an enum value that is none",
        "query ($s: OrderStatus!) { orders(where: {status: {eq: $s}}) { totalCount } }",
        variables={"s": "LOST"},
    ),
    Operation("an operation that is not there", "query A { me { id } }", operation="B"),
]

HAND_WRITTEN: Final[list[Operation]] = [
    *_JOINS,
    *_SHAPES,
    *_CONDITIONED,
    *_PAGES,
    *_NULLS,
    *_ERRORS,
]
