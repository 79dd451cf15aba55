"""Our composer on the corpus: broken sets get their codes, random ones sound supergraphs."""

import pytest
from graphql import build_schema, validate_schema

from tests.gateway.composition.corpus.broken import Broken, codes_of, corpus
from tests.gateway.composition.corpus.differences import REASONS, differences
from tests.gateway.composition.corpus.normal_form import facts
from tests.gateway.composition.corpus.random_sets import random_set
from tests.gateway.composition.sdl import compose_sdl, supergraph_of

BROKEN = corpus()
RANDOM_SETS = 50


def test_there_is_enough() -> None:
    assert len(BROKEN) >= 200
    assert len({each.name for each in BROKEN}) == len(BROKEN)
    assert len({code for each in BROKEN for code in each.codes}) >= 50


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_set_gives_its_codes(broken: Broken) -> None:
    assert broken.codes
    assert codes_of(broken.subgraphs()) == broken.codes


@pytest.mark.parametrize("seed", range(RANDOM_SETS))
def test_a_random_set_is_refused_or_composes_soundly(seed: int) -> None:
    """Whichever it is, it does not depend on the order in which the subgraphs are given."""
    subgraphs = random_set(seed)
    composition = compose_sdl(subgraphs)
    turned = compose_sdl(dict(reversed(subgraphs.items())))
    assert turned.supergraph_sdl == composition.supergraph_sdl
    assert {each.code for each in turned.errors} == {each.code for each in composition.errors}
    if composition.supergraph_sdl is None:
        assert composition.errors
    else:
        assert composition.errors == ()
        assert validate_schema(build_schema(composition.supergraph_sdl)) == []


def test_random_sets_are_of_both_kinds_and_the_same_again() -> None:
    sets = [random_set(seed) for seed in range(RANDOM_SETS)]
    assert sets == [random_set(seed) for seed in range(RANDOM_SETS)]
    composed = sum(not codes_of(each) for each in sets)
    assert RANDOM_SETS // 5 <= composed <= RANDOM_SETS * 4 // 5


def test_differences_from_npm_are_argued() -> None:
    assert {each.why for each in differences().values()} == set(REASONS)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("type Query { b: Int a(x: Int, y: Int = 1): T } type T @shareable { id: ID }", True),
        ("type Query { a(x: Int, y: Int = 2): T b: Int } type T @shareable { id: ID }", False),
        ("type Query { a(x: Int, y: Int = 1): T b: Int! } type T @shareable { id: ID }", False),
        ('type Query { a(x: Int, y: Int = 1): T b: Int } type T @tag(name: "t") { id: ID }', False),
    ],
)
def test_the_normal_form_keeps_what_matters(other: str, same: bool) -> None:
    one = "type Query { a(x: Int, y: Int = 1): T b: Int } type T @shareable { id: ID }"
    assert (facts(supergraph_of(one=one)) == facts(supergraph_of(one=other))) is same
