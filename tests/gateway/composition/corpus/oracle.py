"""Our composer beside npm's @apollo/composition. `make composition-oracle` runs this.

Not collected by itself: it composes some 1,700 sets twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from gateway.composition import Composition
from models.migrations.run import AGENTS
from tests.gateway.composition.corpus.broken import corpus
from tests.gateway.composition.corpus.differences import REASONS, differences
from tests.gateway.composition.corpus.normal_form import facts
from tests.gateway.composition.corpus.npm import Opinion, compose_with_npm
from tests.gateway.composition.corpus.random_sets import random_set
from tests.gateway.composition.sdl import compose_sdl
from tests.gateway.composition.test_errors import SCENARIOS
from tests.platform import subgraph_of

RANDOM_SETS = 1_000
BROKEN = {each.name: each.subgraphs() for each in corpus()}
OURS_BY_HAND = {each.name: dict(each.subgraphs) for each in SCENARIOS}
RANDOM = {f"random {seed}": random_set(seed) for seed in range(RANDOM_SETS)}
SOUK = {"souk": {agent: subgraph_of(agent).sdl for agent in AGENTS}}
SETS: Mapping[str, Mapping[str, str]] = {**BROKEN, **OURS_BY_HAND, **RANDOM, **SOUK}
DIFFERENCES = differences()


@dataclass(frozen=True, slots=True)
class Both:
    ours: Composition
    npm: Opinion

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({error.code.value for error in self.ours.errors}))


@pytest.fixture(scope="module")
def both() -> dict[str, Both]:
    opinions = compose_with_npm(SETS.values())
    return {
        name: Both(compose_sdl(dict(subgraphs)), opinion)
        for (name, subgraphs), opinion in zip(SETS.items(), opinions, strict=True)
    }


@pytest.mark.parametrize("name", SETS)
def test_both_say_the_same_or_it_is_argued(both: dict[str, Both], name: str) -> None:
    found = both[name]
    argued = DIFFERENCES.get(name)
    if argued is not None:
        assert found.codes != argued.npm, "no difference any more: take it off the list"
        assert found.npm.codes == argued.npm
        return
    assert found.codes == found.npm.codes, (found.ours.errors, found.npm.messages)
    if found.ours.supergraph_sdl is not None:
        assert found.npm.sdl is not None
        assert facts(found.ours.supergraph_sdl) == facts(found.npm.sdl)


def test_there_is_enough_of_each(both: dict[str, Both]) -> None:
    """Random sets that were all refused for one reason would say nothing."""
    assert len(BROKEN) >= 200
    random = [both[name] for name in RANDOM]
    assert sum(not each.codes for each in random) >= RANDOM_SETS // 4
    assert len({code for each in random for code in each.codes}) >= 10
    assert not both["souk"].codes


def test_each_difference_has_its_set_and_its_reason() -> None:
    assert set(DIFFERENCES) <= set(SETS)
    assert {each.why for each in DIFFERENCES.values()} == set(REASONS)
