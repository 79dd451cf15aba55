"""Supergraphs of any number of subgraphs, each with an entity that its neighbours extend."""

from collections.abc import Iterator

from gateway.composition import SubgraphSource, compose

_LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
_DEPTH = 5
_LEAVES = 5


def supergraph(subgraphs: int) -> str:
    """Subgraph i has the entity `Ti`, adds a field to the one before, and leads to another."""
    sources = {
        f"s{i:03}": SubgraphSource(f"http://s{i:03}.invalid", _subgraph(i, subgraphs))
        for i in range(subgraphs)
    }
    composed = compose(sources)
    assert composed.supergraph_sdl is not None, composed.errors
    return composed.supergraph_sdl


def _next(i: int, subgraphs: int) -> int:
    return (i * 7 + 1) % subgraphs


def _subgraph(i: int, subgraphs: int) -> str:
    before, after = (i - 1) % subgraphs, _next(i, subgraphs)
    stubs = {after: "", before: f"from{i}: String"}
    others = "\n".join(
        f'type T{other} @key(fields: "id") {{ id: ID! {field} }}'
        for other, field in stubs.items()
        if other != i
    )
    return f"""{_LINK}
    type Query {{ t{i}(id: ID!): T{i} all{i}: [T{i}!]! }}
    type T{i} @key(fields: "id") {{ id: ID! name: String size: Int rank: Float next: T{after} }}
    {others}
    """


def operation(subgraphs: int, leaves: int) -> str:
    """About so many leaves, in chains of entities through the whole supergraph."""
    chains = max(1, leaves // (_DEPTH * _LEAVES))
    return f"{{ {' '.join(_chains(subgraphs, chains))} }}"


def _chains(subgraphs: int, chains: int) -> Iterator[str]:
    for number in range(chains):
        start = number % subgraphs
        yield f"c{number}: all{start} {_object(start, subgraphs, _DEPTH)}"


def _object(i: int, subgraphs: int, depth: int) -> str:
    after = _next(i, subgraphs)
    below = f"next {_object(after, subgraphs, depth - 1)}" if depth > 1 else ""
    return f"{{ id name size rank from{(i + 1) % subgraphs} {below} }}"
