"""Interfaces with keys, and interface objects that add fields to all implementations."""

from tests.gateway.composition.sdl import definition_of, supergraph_of

_MEDIA = (
    'type Query { media: [Media] } interface Media @key(fields: "id") { id: ID! } '
    'type Book implements Media @key(fields: "id") { id: ID! } '
    'type Film implements Media @key(fields: "id") { id: ID! length: Int }'
)


def test_the_fields_are_copied_onto_the_implementations() -> None:
    sdl = supergraph_of(
        media=_MEDIA,
        ratings='type Media @key(fields: "id") @interfaceObject '
        '{ id: ID! "one to five" stars(of: Int): Int! @tag(name: "public") }',
    )
    assert definition_of(sdl, "Media") == (
        "interface Media\n"
        '  @join__type(graph: MEDIA, key: "id")\n'
        '  @join__type(graph: RATINGS, key: "id", isInterfaceObject: true)\n'
        "{\n"
        "  id: ID!\n"
        '  """one to five"""\n'
        '  stars(of: Int): Int! @tag(name: "public") @join__field(graph: RATINGS)\n'
        "}"
    )
    copied = '  """one to five"""\n  stars(of: Int): Int! @tag(name: "public") @join__field\n'
    assert copied in definition_of(sdl, "Book")
    assert copied in definition_of(sdl, "Film")


def test_an_implementation_that_has_the_field_shares_it() -> None:
    sdl = supergraph_of(
        media=_MEDIA.replace("length: Int", "length: Int stars: Int! @shareable"),
        ratings='type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! @shareable }',
    )
    assert "\n  stars: Int!\n" in definition_of(sdl, "Film")
    assert "\n  stars: Int! @join__field\n" in definition_of(sdl, "Book")


def test_its_own_root_fields_reach_the_implementations() -> None:
    sdl = supergraph_of(
        media=_MEDIA,
        ratings="type Query { best: Media } "
        'type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int! }',
    )
    assert "  best: Media @join__field(graph: RATINGS)" in definition_of(sdl, "Query")
