"""What a person reads where subgraphs do not compose."""

from gateway.composition import SubgraphSource, compose
from gateway.composition.explain import explain
from tests.gateway.subgraphs import LINK


def explained(**subgraphs: str) -> str:
    sources = {
        name: SubgraphSource(f"http://{name}", LINK + sdl) for name, sdl in subgraphs.items()
    }
    composition = compose(sources)
    assert composition.supergraph_sdl is None
    return explain(composition.errors)


def test_each_error_says_where_it_is_and_how_to_mend_it() -> None:
    assert explained(
        stock="type Query { t: T } type T { id: ID! x: Int }",
        catalog="type Query { q: Int } type T { id: ID! @shareable x: String @shareable }",
    ) == (
        "INVALID_FIELD_SHARING at T.id, in catalog and stock\n"
        "  it is resolved more than once, but is not @shareable in stock: mark it so wherever "
        "it is resolved,\n"
        "  or resolve it in one place\n"
        "\n"
        "FIELD_TYPE_MISMATCH at T.x, in catalog and stock\n"
        "  its types cannot be merged (String in catalog, Int in stock): make them the same, or "
        "one a subtype\n"
        "  of the other\n"
        "\n"
        "INVALID_FIELD_SHARING at T.x, in catalog and stock\n"
        "  it is resolved more than once, but is not @shareable in stock: mark it so wherever "
        "it is resolved,\n"
        "  or resolve it in one place"
    )


def test_what_cannot_be_answered_is_shown_by_a_query() -> None:
    text = explained(
        stock='type Query { t: T } type T @key(fields: "id") { id: ID! }',
        other='type Query { q: Int } type T @key(fields: "sku") { sku: ID! }',
    )
    assert text == (
        "SATISFIABILITY_ERROR at T.sku, in stock and other\n"
        '  query { t { sku } } cannot be answered: from stock the fields of @key(fields: "sku") of '
        "other,\n"
        "  which has T.sku, cannot be obtained: add them to T in stock"
    )


def test_an_error_without_a_place_names_its_subgraph() -> None:
    assert explained(a="type Query { a: Int @nope }") == (
        "INVALID_GRAPHQL, in a\n  Unknown directive '@nope'."
    )


def test_hints_are_explained_alike() -> None:
    composition = compose(
        {
            "a": SubgraphSource(
                "http://a", LINK + "type Query { t: T } type T { id: ID @shareable }"
            ),
            "b": SubgraphSource(
                "http://b",
                LINK + 'type Query { q: Int } type T @key(fields: "id") { id: ID @shareable }',
            ),
        }
    )
    assert (
        explain(composition.hints)
        == "INCONSISTENT_ENTITY at T, in a and b\n  it has a @key in b only"
    )
