"""Every error code has scenarios, and each gives exactly the errors that it should."""

import pytest

from gateway.composition import ErrorCode
from tests.gateway.composition.scenarios import loading, merging, single_subgraph, whole
from tests.gateway.composition.scenarios.model import Scenario
from tests.gateway.composition.sdl import compose_sdl

SCENARIOS = (
    *loading.LOADING,
    *single_subgraph.FIELD_SETS,
    *single_subgraph.INTERFACES,
    *single_subgraph.FIELDS,
    *single_subgraph.FEDERATION_1,
    *merging.MERGING,
    *merging.OVERRIDES,
    *merging.DIRECTIVES,
    *whole.INTERFACES,
    *whole.INACCESSIBLE,
    *whole.AUTHORIZATION,
    *whole.REACHABILITY,
)

TESTED_ELSEWHERE = {
    ErrorCode.MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED,  # test_satisfiability, with a low limit
}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_defect_gives_its_errors_and_no_supergraph(scenario: Scenario) -> None:
    composition = compose_sdl(dict(scenario.subgraphs))
    found = [(e.code, e.coordinate, e.subgraphs) for e in composition.errors]
    assert sorted(map(str, found)) == sorted(map(str, scenario.errors))
    assert composition.supergraph_sdl is None


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_message_names_subgraphs_and_coordinate_and_says_more(scenario: Scenario) -> None:
    for error in compose_sdl(dict(scenario.subgraphs)).errors:
        prefix = f"[{', '.join(error.subgraphs)}] "
        if error.coordinate:
            prefix += f"{error.coordinate}: "
        assert error.message.startswith(prefix)
        assert len(error.message) > len(prefix) + 15


def test_every_code_has_a_scenario() -> None:
    shown = {code for scenario in SCENARIOS for code, _, _ in scenario.errors}
    assert set(ErrorCode) == shown | TESTED_ELSEWHERE


def test_scenarios_have_names_of_their_own() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
