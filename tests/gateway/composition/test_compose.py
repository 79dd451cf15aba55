"""The whole composition: phases, hints, and that it is deterministic."""

import os
import random
import subprocess
import sys

from gateway.composition import HintCode, SubgraphSource, compose
from tests.gateway.composition.sdl import compose_sdl, federated

SHOP = {
    "products": 'type Query { top: [Product] } type Product @key(fields: "id") '
    "{ id: ID! kind: Kind media: [Media] } enum Kind { BOOK FILM } union Media = Image | Clip "
    "type Image @shareable { url: String } type Clip @shareable { url: String }",
    "stock": 'type Product @key(fields: "id") { id: ID! kind: Kind @external '
    'left: Int! @requires(fields: "kind") } enum Kind { BOOK FILM }',
    "reviews": "type Query { last: Review } type Review { product: Product media: Media } "
    'type Product @key(fields: "id") { id: ID! reviews: [Review] } '
    "union Media = Image | Clip type Image @shareable { url: String } "
    "type Clip @shareable { url: String }",
}

_PRINT = (
    "from tests.gateway.composition.test_compose import SHOP\n"
    "from tests.gateway.composition.sdl import compose_sdl, federated\n"
    "print(compose_sdl({n: federated(b) for n, b in SHOP.items()}).supergraph_sdl)"
)


def test_the_order_of_subgraphs_does_not_matter() -> None:
    sources = [(name, SubgraphSource(name, federated(body))) for name, body in SHOP.items()]
    expected = compose(dict(sources))
    assert expected.supergraph_sdl is not None
    shuffled = random.Random(7)
    for _ in range(5):
        shuffled.shuffle(sources)
        assert compose(dict(sources)) == expected


def test_hash_seeds_do_not_matter() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", _PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert "@join__type(graph: STOCK" in printed.pop()


def test_all_errors_of_a_phase_come_together() -> None:
    composition = compose_sdl(
        {
            "one": federated("type Query { a: Int b: Int }"),
            "two": federated("type Query { a: Int b: String }"),
            "three": federated("type Query { c: Int }"),
        }
    )
    assert sorted((e.code.value, e.coordinate) for e in composition.errors) == [
        ("FIELD_TYPE_MISMATCH", "Query.b"),
        ("INVALID_FIELD_SHARING", "Query.a"),
        ("INVALID_FIELD_SHARING", "Query.b"),
    ]


def test_a_broken_subgraph_stops_before_merging() -> None:
    composition = compose_sdl(
        {
            "one": federated("type Query { a: Int"),
            "two": federated("type Query { b: Nope }"),
            "three": federated("enum Query { A }"),
        }
    )
    assert [(e.code.value, e.subgraphs) for e in composition.errors] == [
        ("INVALID_GRAPHQL", ("one",)),
        ("INVALID_GRAPHQL", ("three",)),
        ("INVALID_GRAPHQL", ("two",)),
    ]
    assert "line 2" in composition.errors[0].message


def hints(**bodies: str) -> set[tuple[HintCode, str | None]]:
    composition = compose_sdl({name: federated(body) for name, body in bodies.items()})
    assert composition.errors == ()
    for hint in composition.hints:
        assert hint.message.startswith(f"[{', '.join(hint.subgraphs)}] {hint.coordinate}: ")
    return {(hint.code, hint.coordinate) for hint in composition.hints}
