"""`@link`: versions, prefixes, imports and renames."""

import pytest
from graphql import ConstDirectiveNode, SchemaExtensionNode, parse

from gateway.spec.links import (
    InvalidLink,
    Link,
    SpecUrl,
    link_directive_name,
    parse_link,
    parse_spec_url,
)


def directives(text: str) -> list[ConstDirectiveNode]:
    node = parse(f"extend schema {text}").definitions[0]
    assert isinstance(node, SchemaExtensionNode)
    return list(node.directives or ())


def link(text: str) -> Link:
    return parse_link(directives(text)[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "https://specs.apollo.dev/federation/v2.9",
            ("https://specs.apollo.dev/federation", "federation", (2, 9)),
        ),
        ("https://example.org/a/b/v10.0/", ("https://example.org/a/b", "b", (10, 0))),
        ("https://example.org/paint", ("https://example.org/paint", "paint", None)),
        ("https://example.org/vision", ("https://example.org/vision", "vision", None)),
    ],
)
def test_a_specification_url_is_taken_apart(
    text: str, expected: tuple[str, str, tuple[int, int] | None]
) -> None:
    assert parse_spec_url(text) == SpecUrl(text, *expected)


def test_what_is_not_imported_has_a_prefix() -> None:
    federation = link('@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])')
    assert federation.directive_name("key") == "key"
    assert federation.directive_name("shareable") == "federation__shareable"
    assert federation.type_name("FieldSet") == "federation__FieldSet"


def test_the_prefix_and_each_import_can_be_renamed() -> None:
    federation = link(
        '@link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed", '
        'import: [{name: "@key", as: "@entity"}, {name: "FieldSet", as: "Fields"}])'
    )
    assert federation.directive_name("key") == "entity"
    assert federation.directive_name("shareable") == "fed__shareable"
    assert federation.type_name("FieldSet") == "Fields"


def test_the_directive_named_like_its_specification_needs_no_prefix() -> None:
    tag = link('@link(url: "https://specs.apollo.dev/tag/v0.3", as: "label")')
    assert tag.directive_name("tag") == "label"
    assert tag.original_directive("label") == "@tag"


def test_a_link_knows_its_directives_under_their_local_names() -> None:
    paint = link(
        '@link(url: "https://example.org/paint/v1.0", as: "p", '
        'import: [{name: "@colour", as: "@hue"}])'
    )
    assert paint.owns_directive("hue")
    assert paint.owns_directive("p__gloss")
    assert not paint.owns_directive("colour")
    assert paint.original_directive("hue") == "@colour"
    assert paint.original_directive("p__gloss") == "@gloss"


@pytest.mark.parametrize(
    "text",
    [
        '@link(as: "x")',
        '@link(url: "")',
        '@link(url: "https://example.org/x/v1.0", import: "@a")',
        '@link(url: "https://example.org/x/v1.0", import: [1])',
        '@link(url: "https://example.org/x/v1.0", import: [{as: "@a"}])',
        '@link(url: "https://example.org/x/v1.0", import: [{name: "@a", as: "a"}])',
        '@link(url: "https://example.org/x/v1.0", import: [{name: "A", as: "@a"}])',
    ],
)
def test_a_link_that_says_nothing_usable_is_refused(text: str) -> None:
    with pytest.raises(InvalidLink):
        link(text)


def test_link_itself_can_be_renamed() -> None:
    renamed = directives(
        '@connect(url: "https://specs.apollo.dev/link/v1.0", as: "connect") '
        '@connect(url: "https://specs.apollo.dev/federation/v2.9")'
    )
    assert link_directive_name(renamed) == "connect"
    assert link_directive_name(directives("@anything")) == "link"
