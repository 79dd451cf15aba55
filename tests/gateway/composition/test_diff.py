"""What a supergraph's change means for those who use it."""

import pytest
from graphql import GraphQLError

from gateway.composition.diff import Change, diff
from tests.gateway.composition.sdl import supergraph_of

OLD = """
type Query { product(id: ID!, region: String = "eu"): Product find(name: String): [Product] }
type Product @key(fields: "id") { id: ID! name: String price: Int stock: Int @inaccessible }
enum Size { S M }
type Box { size: Size }
extend type Query { box: Box }
"""


def changed(*replacements: tuple[str, str]) -> list[Change]:
    new = OLD
    for before, after in replacements:
        assert before in new
        new = new.replace(before, after)
    return diff(supergraph_of(a=OLD), supergraph_of(a=new))


def test_the_same_supergraph_has_no_changes() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    ("before", "after", "severity", "code"),
    [
        ("price: Int ", "", "breaking", "FIELD_REMOVED"),
        ("name: String price", "name: Int price", "breaking", "FIELD_CHANGED_KIND"),
        ("id: ID! name", "id: ID name", "breaking", "FIELD_CHANGED_KIND"),
        ("find(name: String)", "find(name: String!)", "breaking", "ARG_CHANGED_KIND"),
        ("find(name: String)", "find", "breaking", "ARG_REMOVED"),
        ("find(name: String)", "find(name: String, a: Int!)", "breaking", "REQUIRED_ARG_ADDED"),
        ("S M", "S", "breaking", "VALUE_REMOVED_FROM_ENUM"),
        ("price: Int", "price: Int @inaccessible", "breaking", "FIELD_REMOVED"),
        ("S M", "S M L", "dangerous", "VALUE_ADDED_TO_ENUM"),
        ('"eu"', '"us"', "dangerous", "ARG_DEFAULT_VALUE_CHANGE"),
        ("price: Int", "price: Int @authenticated", "dangerous", "AUTHORIZATION_CHANGED"),
        ("price: Int", "price: Int!", "safe", "FIELD_CHANGED_KIND_SAFE"),
        ("price: Int", "price: Int weight: Int", "safe", "FIELD_ADDED"),
    ],
)
def test_one_change(before: str, after: str, severity: str, code: str) -> None:
    found = changed((before, after))
    assert [(change.severity, change.code) for change in found] == [(severity, code)]


def test_what_clients_do_not_see_may_change() -> None:
    assert changed(("stock: Int @inaccessible", "shelf: Int! @inaccessible")) == []


def test_the_worst_comes_first() -> None:
    found = changed(("S M", "S M L"), ("price: Int ", "weight: Int "))
    assert [change.severity for change in found] == ["breaking", "dangerous", "safe"]
    assert found[0].message == "Field Product.price was removed"


def test_protection_that_goes_is_safe() -> None:
    with_protection = OLD.replace("price: Int", "price: Int @authenticated")
    assert diff(supergraph_of(a=with_protection), supergraph_of(a=OLD)) == [
        Change("safe", "AUTHORIZATION_REMOVED", "Product.price no longer needs @authenticated")
    ]


def test_fields_that_move_between_subgraphs() -> None:
    catalog = 'type Query {{ p: P }} type P @key(fields: "id") {{ id: ID! {} }}'
    pricing = 'type P @key(fields: "id") {{ id: ID! {} }}'
    old = supergraph_of(
        catalog=catalog.format("price: Int size: Int @shareable name: String @shareable"),
        pricing=pricing.format("tax: Int name: String @shareable"),
    )
    new = supergraph_of(
        catalog=catalog.format("size: Int @shareable"),
        pricing=pricing.format("tax: Int price: Int size: Int @shareable name: String"),
        extra="type Query { extra: Int }",
    )
    assert [(change.code, change.message) for change in diff(old, new)] == [
        ("FIELD_ADDED", "Field Query.extra was added"),
        ("FIELD_MOVED", "P.price moved from catalog to pricing"),
        ("RESOLVER_ADDED", "P.size is now resolved by pricing too"),
        ("RESOLVER_REMOVED", "P.name is no longer resolved by catalog"),
        ("SUBGRAPH_ADDED", "Subgraph extra was added"),
    ]


def test_text_that_is_no_schema() -> None:
    with pytest.raises(GraphQLError):
        diff("{", supergraph_of(a=OLD))
