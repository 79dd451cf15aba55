"""Field sets: reading, printing, merging and comparing them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spec.field_set import (
    DirectiveInFieldSet,
    FieldSelection,
    FieldSet,
    FragmentSelection,
    InvalidFieldSet,
    Selection,
    merge_field_sets,
    normalise_field_set,
    parse_field_set,
    print_field_set,
)

ID = FieldSelection("id")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id", (ID,)),
        (" { id } ", (ID,)),
        ("id owner{id}", (ID, FieldSelection("owner", (ID,)))),
        ('price(to:"EUR",net:true)', (FieldSelection("price", (), 'to: "EUR", net: true'),)),
        ("... on Book { id }", (FragmentSelection("Book", (ID,)),)),
        ("... { id }", (ID,)),
        ("__typename", (FieldSelection("__typename"),)),
    ],
)
def test_a_field_set_is_read(text: str, expected: FieldSet) -> None:
    assert parse_field_set(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "{}", "a { }", "id {", "{ id } { id }", "id } query { id", "alias: id", "...Named"],
)
def test_what_is_no_field_set_is_refused(text: str) -> None:
    with pytest.raises(InvalidFieldSet):
        parse_field_set(text)


@pytest.mark.parametrize(
    "text", ["id @include(if: true)", "owner { id @a }", "... on Book @include(if: true) { id }"]
)
def test_directives_are_refused_but_the_selection_is_known(text: str) -> None:
    with pytest.raises(DirectiveInFieldSet, match="cannot contain directives") as refused:
        parse_field_set(text)
    assert "id" in print_field_set(refused.value.selections)


def test_it_prints_in_one_line() -> None:
    text = "id owner { id ... on Person { name } } price(currency: EUR)"
    assert print_field_set(parse_field_set(f"{{\n{text}\n}}")) == text


def test_merging_joins_what_is_below_the_same_field() -> None:
    merged = merge_field_sets(
        parse_field_set("a { x } ... on T { p }"), parse_field_set("b a { y } ... on T { q }")
    )
    assert print_field_set(merged) == "a { x y } ... on T { p q } b"


def test_the_same_field_with_other_arguments_stays_apart() -> None:
    merged = merge_field_sets(parse_field_set("a(n: 1)"), parse_field_set("a(n: 2) a(n: 1)"))
    assert print_field_set(merged) == "a(n: 1) a(n: 2)"


def test_order_and_repetition_do_not_matter_after_normalising() -> None:
    first = normalise_field_set(parse_field_set("b a { y x } a { x }"))
    assert first == normalise_field_set(parse_field_set("a { x y } b b"))
    assert first != normalise_field_set(parse_field_set("a { x } b"))


NAMES = st.sampled_from(["a", "b", "c"])
CONDITIONS = st.sampled_from(["T", "U"])


def set_of(selection: st.SearchStrategy[Selection]) -> st.SearchStrategy[FieldSet]:
    return st.lists(selection, min_size=1, max_size=3).map(tuple)


SELECTIONS = set_of(
    st.recursive(
        st.builds(FieldSelection, NAMES),
        lambda inner: (
            st.builds(FieldSelection, NAMES, set_of(inner))
            | st.builds(FragmentSelection, CONDITIONS, set_of(inner))
        ),
        max_leaves=8,
    )
)


@given(SELECTIONS)
def test_what_is_printed_reads_back(selections: FieldSet) -> None:
    assert parse_field_set(print_field_set(selections)) == selections


@given(SELECTIONS, SELECTIONS)
def test_merging_is_a_union(first: FieldSet, second: FieldSet) -> None:
    merged = normalise_field_set(merge_field_sets(first, second))
    assert merged == normalise_field_set(merge_field_sets(second, first))
    assert merged == normalise_field_set(merge_field_sets(merged, first))
    assert merge_field_sets(merged, ()) == merged
