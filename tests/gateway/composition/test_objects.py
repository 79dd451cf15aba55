"""Objects and interfaces: fields, types, arguments, and the join directives on them."""

from tests.gateway.composition.sdl import definition_of, supergraph_of


def test_an_entity_is_the_union_of_its_fields() -> None:
    sdl = supergraph_of(
        products="type Query { top: Product } "
        'type Product @key(fields: "id") { id: ID! name: String }',
        stock='type Product @key(fields: "id") { id: ID! available: Int! }',
    )
    assert definition_of(sdl, "Product") == (
        "type Product\n"
        '  @join__type(graph: PRODUCTS, key: "id")\n'
        '  @join__type(graph: STOCK, key: "id")\n'
        "{\n"
        "  id: ID!\n"
        "  name: String @join__field(graph: PRODUCTS)\n"
        "  available: Int! @join__field(graph: STOCK)\n"
        "}"
    )


def test_the_query_belongs_to_every_subgraph() -> None:
    sdl = supergraph_of(
        one='type Query { t: T } type T @key(fields: "id") { id: ID }',
        two='type T @key(fields: "id") { id: ID x: Int }',
    )
    assert definition_of(sdl, "Query") == (
        "type Query\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        "{\n"
        "  t: T @join__field(graph: ONE)\n"
        "}"
    )


def test_several_keys_and_how_they_resolve() -> None:
    sdl = supergraph_of(
        one="type Query { t: T } "
        'type T @key(fields: "id") @key(fields: "sku region { code }") '
        "{ id: ID sku: ID region: Region } type Region { code: ID }",
        two='type T @key(fields: "id", resolvable: false) { id: ID }',
        three='extend type T @key(fields: "id") { id: ID @external x: Int }',
    )
    head = definition_of(sdl, "T").split("\n{")[0]
    assert head == (
        "type T\n"
        '  @join__type(graph: ONE, key: "id")\n'
        '  @join__type(graph: ONE, key: "sku region { code }")\n'
        '  @join__type(graph: THREE, key: "id", extension: true)\n'
        '  @join__type(graph: TWO, key: "id", resolvable: false)'
    )


def test_requires_provides_and_external_are_kept() -> None:
    sdl = supergraph_of(
        catalog="type Query { p: Product } "
        'type Product @key(fields: "id") { id: ID weight: Int price: Int @shareable }',
        reviews="type Query { last: Review } "
        'type Review { product: Product @provides(fields: "price") } '
        'type Product @key(fields: "id") { id: ID price: Int @external '
        'weight: Int @external fee: Int @requires(fields: "weight") }',
    )
    product = definition_of(sdl, "Product")
    assert (
        "  weight: Int @join__field(graph: CATALOG) "
        "@join__field(graph: REVIEWS, external: true)\n" in product
    )
    assert '  fee: Int @join__field(graph: REVIEWS, requires: "weight")\n' in product
    assert '  product: Product @join__field(graph: REVIEWS, provides: "price")' in definition_of(
        sdl, "Review"
    )


def test_output_types_merge_to_the_widest_and_each_subgraph_keeps_its_own() -> None:
    sdl = supergraph_of(
        one="type Query { t: T @shareable } type T @shareable { a: [Int!]! p: Pet } "
        "interface Pet { n: Int } type Cat implements Pet @shareable { n: Int }",
        two="type Query { t: T @shareable } type T @shareable { a: [Int] p: Cat } "
        "type Cat @shareable { n: Int }",
    )
    assert definition_of(sdl, "T") == (
        "type T\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        "{\n"
        '  a: [Int] @join__field(graph: ONE, type: "[Int!]!") '
        '@join__field(graph: TWO, type: "[Int]")\n'
        '  p: Pet @join__field(graph: ONE, type: "Pet") @join__field(graph: TWO, type: "Cat")\n'
        "}"
    )


def test_arguments_are_those_of_all_with_the_narrowest_type() -> None:
    sdl = supergraph_of(
        one="type Query { q(a: [Int!]!, b: Int, c: Int = 3): Int @shareable }",
        two="type Query { q(a: [Int], c: Int = 3): Int @shareable }",
    )
    assert "\n  q(a: [Int!]!, c: Int = 3): Int\n" in definition_of(sdl, "Query")


def test_a_default_only_some_have_is_dropped() -> None:
    sdl = supergraph_of(
        one="type Query { q(a: Int = 1, b: In = {x: [1], y: null}): Int @shareable } "
        "input In { x: [Int] y: Int }",
        two="type Query { q(a: Int, b: In = {x: [1], y: null}): Int @shareable } "
        "input In { x: [Int] y: Int }",
    )
    assert "\n  q(a: Int, b: In = {x: [1], y: null}): Int\n" in definition_of(sdl, "Query")


def test_interfaces_keep_all_fields_and_who_implements_them() -> None:
    sdl = supergraph_of(
        one="type Query { n: Node } interface Node { id: ID! } "
        'type T implements Node @key(fields: "id") { id: ID! }',
        two='interface Named { name: String } type T implements Named @key(fields: "id") '
        "{ id: ID! name: String }",
    )
    assert definition_of(sdl, "T").split("\n{")[0] == (
        "type T implements Node & Named\n"
        '  @join__implements(graph: ONE, interface: "Node")\n'
        '  @join__implements(graph: TWO, interface: "Named")\n'
        '  @join__type(graph: ONE, key: "id")\n'
        '  @join__type(graph: TWO, key: "id")'
    )


def test_a_value_type_needs_no_join_fields_where_all_agree() -> None:
    sdl = supergraph_of(
        one="type Query { a: Money } type Money @shareable { amount: Int! currency: String! }",
        two="type Query { b: Money } type Money @shareable { amount: Int! currency: String! }",
    )
    assert definition_of(sdl, "Money") == (
        "type Money\n"
        "  @join__type(graph: ONE)\n"
        "  @join__type(graph: TWO)\n"
        "{\n"
        "  amount: Int!\n"
        "  currency: String!\n"
        "}"
    )


def test_root_types_take_their_standard_names() -> None:
    sdl = supergraph_of(
        one="schema { query: Root mutation: Change } type Root { a: Int self: Root } "
        "type Change { b: Int }",
        two="type Query { c: Int } type Subscription { d: Int }",
    )
    assert "{\n  query: Query\n  mutation: Mutation\n  subscription: Subscription\n}" in sdl
    assert "  self: Query @join__field(graph: ONE)" in definition_of(sdl, "Query")
    assert "Root" not in sdl


def test_machinery_of_federation_does_not_reach_the_supergraph() -> None:
    sdl = supergraph_of(
        one="scalar _Any type _Service { sdl: String } union _Entity = T "
        "type Query { t: T _entities(representations: [_Any!]!): [_Entity]! _service: _Service! } "
        'type T @key(fields: "id") { id: ID }'
    )
    assert "_Any" not in sdl
    assert "_service" not in sdl
    assert "_entities" not in sdl
