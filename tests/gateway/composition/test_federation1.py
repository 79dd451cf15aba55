"""Subgraphs without a link to federation are upgraded first."""

from tests.gateway.composition.sdl import composed, definition_of, federated

_USERS = 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String }'


def test_value_types_and_shared_fields_need_no_shareable() -> None:
    sdl = composed(
        {
            "one": "type Query { a: Point } type Point { x: Int y: Int }",
            "two": "type Query { a: Point } type Point { x: Int y: Int }",
        }
    )
    assert "\n  a: Point\n" in definition_of(sdl, "Query")
    assert "\n  x: Int\n  y: Int\n" in definition_of(sdl, "Point")


def test_an_extension_owns_its_external_key() -> None:
    sdl = composed(
        {
            "one": _USERS,
            "two": 'extend type User @key(fields: "id") { id: ID! @external posts: Int }',
        }
    )
    assert definition_of(sdl, "User") == (
        "type User\n"
        '  @join__type(graph: ONE, key: "id")\n'
        '  @join__type(graph: TWO, key: "id")\n'
        "{\n"
        "  id: ID!\n"
        "  name: String @join__field(graph: ONE)\n"
        "  posts: Int @join__field(graph: TWO)\n"
        "}"
    )


def test_extends_is_remembered() -> None:
    sdl = composed(
        {
            "one": _USERS,
            "two": 'type User @key(fields: "id") @extends { id: ID! @external posts: Int }',
        }
    )
    assert '@join__type(graph: TWO, key: "id", extension: true)' in definition_of(sdl, "User")


def test_unused_external_fields_are_dropped() -> None:
    sdl = composed(
        {
            "one": _USERS,
            "two": 'extend type User @key(fields: "id") '
            "{ id: ID! @external name: String @external posts: Int }",
        }
    )
    assert "\n  name: String @join__field(graph: ONE)\n" in definition_of(sdl, "User")


def test_field_sets_are_pruned_to_what_is_external() -> None:
    sdl = composed(
        {
            "one": _USERS,
            "two": 'extend type User @key(fields: "id") { id: ID! @external '
            'name: String @external own: Int x: Int @requires(fields: "own name") '
            'y: Int @requires(fields: "own") @provides(fields: "nothing") }',
        }
    )
    user = definition_of(sdl, "User")
    assert '\n  x: Int @join__field(graph: TWO, requires: "name")\n' in user
    assert "\n  y: Int @join__field(graph: TWO)\n" in user


def test_lists_and_names_are_taken_for_strings() -> None:
    sdl = composed(
        {
            "one": "directive @key(fields: [String!]!) repeatable on OBJECT "
            'type Query { t: T } type T @key(fields: ["id", "sku"]) { id: ID sku: ID }'
        }
    )
    assert '@join__type(graph: ONE, key: "id sku")' in definition_of(sdl, "T")


def test_keys_of_interfaces_have_no_meaning() -> None:
    sdl = composed(
        {
            "one": 'type Query { i: I } interface I @key(fields: "id") { id: ID @external } '
            'type T implements I @key(fields: "id") { id: ID }'
        }
    )
    assert definition_of(sdl, "I").splitlines()[1] == "  @join__type(graph: ONE)"


def test_a_tag_on_an_external_field_is_dropped_if_the_owner_has_it() -> None:
    sdl = composed(
        {
            "one": _USERS.replace("name: String", 'name: String @tag(name: "t")'),
            "two": 'extend type User @key(fields: "id") { id: ID! @external '
            'name: String @external @tag(name: "t") x: Int @requires(fields: "name") }',
        }
    )
    assert '\n  name: String @tag(name: "t") @join__field(' in definition_of(sdl, "User")


def test_both_versions_compose_together() -> None:
    sdl = composed(
        {
            "old": _USERS,
            "new": federated('type User @key(fields: "id") { id: ID! name: String @shareable }'),
        }
    )
    assert "\n  name: String\n" in definition_of(sdl, "User")


def test_an_extension_without_a_key_takes_those_of_the_others() -> None:
    sdl = composed(
        {
            "one": _USERS.replace("me: User", "me: User other: Int"),
            "two": "type Query { again: User } extend type User { id: ID! @external }",
        }
    )
    assert "\n  id: ID!\n" in definition_of(sdl, "User")


def test_an_empty_type_that_nothing_returns_is_dropped() -> None:
    sdl = composed(
        {
            "one": _USERS,
            "two": "type Query { a: Int } extend type User { name: String @external }",
        }
    )
    assert "@join__type(graph: TWO" not in definition_of(sdl, "User")
