"""Among the ways to answer each leaf, the ones that together cost least."""

from collections.abc import Sequence
from typing import Any

from gateway.planning.budget import Budget
from gateway.planning.steps import Alternative, Path, Step

Trie = dict[Step, Any]


def choose(leaves: Sequence[Sequence[Alternative]], budget: Budget) -> list[list[Step]]:
    """The steps of one path per leaf, from the root.

    Greedy: leaves with the fewest alternatives first; each takes the path that adds least to what
    is already chosen. The product of all alternatives is never formed.
    """
    trie: Trie = {}
    chosen: list[list[Step]] = []
    for alternatives in sorted(leaves, key=len):
        best: list[Path] = []
        best_cost: float | None = None
        for alternative in alternatives:
            budget.spend()
            links = _links(alternative.path)
            cost = _added_cost(trie, links)
            if best_cost is None or cost < best_cost:
                best, best_cost = links, cost
        steps = [link.step for link in best]
        _insert(trie, steps)
        chosen.append(steps)
    return chosen


def _links(path: Path) -> list[Path]:
    links: list[Path] = []
    link: Path | None = path
    while link is not None:
        links.append(link)
        link = link.previous
    links.reverse()
    return links


def _added_cost(trie: Trie, links: Sequence[Path]) -> float:
    for index, link in enumerate(links):
        below = trie.get(link.step)
        if below is None:
            return sum(link.cost for link in links[index:])
        trie = below
    return 0.0


def _insert(trie: Trie, steps: Sequence[Step]) -> None:
    for step in steps:
        trie = trie.setdefault(step, {})
