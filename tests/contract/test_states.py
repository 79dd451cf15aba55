"""Every edge of every state machine is walked by something that exists, or is on the list."""

from importlib import import_module

import pytest

from events.catalog import EVENTS
from models.migrations.run import AGENTS
from subgraphs.kit import Role, StateMachine
from subgraphs.kit.handlers import handled
from subgraphs.kit.types import camel
from tests.platform import subgraph_of

LATER = {
    # Later steps of the saga, and those whose events it waits for.
    "resolveOrderException",
    "package.handed_over",
    "pick.short",
    "refund.succeeded",
    "saga cancel_line",
    "saga capture",
    "shipment.delivered",
    "timer return_window",
}
"""Walkers that other issues bring. This list may only shrink."""
MOST_LATER = 8


def _machines(agent: str) -> dict[str, StateMachine]:  # type: ignore[type-arg]  # of any states
    try:
        module = import_module(f"subgraphs.{agent}.states")
    except ModuleNotFoundError:
        return {}
    return {name: each for name, each in vars(module).items() if isinstance(each, StateMachine)}


def _walkers(agent: str) -> set[str]:
    subgraph = subgraph_of(agent)
    mutations = {camel(mutation.name) for mutation in subgraph.mutations}
    timers = {f"timer {timer.name}" for timer in subgraph.timers}
    triggers = [each for each in subgraph.handlers if each.role is Role.TRIGGER]
    steps = {f"saga {step.name}" for saga in subgraph.sagas for step in saga.steps}
    canceling = {"saga cancel"} if subgraph.sagas else set()
    return mutations | timers | steps | canceling | handled(triggers)


@pytest.mark.parametrize("agent", AGENTS)
def test_every_walker_exists_or_is_known_to_come(agent: str) -> None:
    walkers = {by for machine in _machines(agent).values() for _, _, by in machine.walks()}
    assert walkers - _walkers(agent) - LATER == set()


def test_what_was_to_come_and_is_there_has_left_the_list() -> None:
    assert len(LATER) <= MOST_LATER
    existing = set().union(*(_walkers(agent) for agent in AGENTS))
    assert LATER & existing == set()
    used = {
        by
        for agent in AGENTS
        for machine in _machines(agent).values()
        for _, _, by in machine.walks()
    }
    assert used >= LATER


def test_the_catalog_names_each_event_once_and_its_agent() -> None:
    assert len(EVENTS) == len(set(EVENTS.values()))
    assert all(type == event.type for type, event in EVENTS.items())
