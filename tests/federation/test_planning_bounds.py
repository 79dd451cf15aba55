"""Operations made to be expensive: planned within bounds, or refused with a GraphQL error."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.gateway import GatewaySettings
from gateway.planning import budget
from gateway.planning.errors import PlanningBudgetExceeded
from tests.gateway.subgraphs import Federation, Subgraph

GRAPHS = "abcd"
FIELDS = 40


def shared_everything(**arguments: Any) -> Federation:
    """Four subgraphs with all fields of a recursive type: each leaf has four equal answers."""
    fields = " ".join(f"f{n}: Int" for n in range(FIELDS))
    sdl = (
        f'type Query {{ t: T @shareable }} type T @key(fields: "id") @shareable '
        f"{{ id: ID! t: T {fields} }}"
    )
    return Federation({name: Subgraph(sdl) for name in GRAPHS}, **arguments)


def nested(depth: int) -> str:
    leaves = " ".join(f"f{n}" for n in range(FIELDS))
    query = f"{{ {leaves} }}"
    for _ in range(depth):
        query = f"{{ {leaves} t {query} }}"
    return f"{{ t {query} }}"


def test_the_product_of_all_alternatives_is_never_formed() -> None:
    """4 to the power of 1,000 combinations; what is spent grows with the leaves alone."""
    federation = shared_everything(settings=GatewaySettings(planning_seconds=60))
    plan = federation.gateway.plan(nested(25))
    assert [request.graph for request in plan.requests] == ["a"]


def test_what_planning_spends_is_linear_in_the_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []
    check = budget.Budget.spend

    def counting(self: budget.Budget) -> None:
        spent.append(1)
        check(self)

    monkeypatch.setattr(budget.Budget, "spend", counting)
    federation = shared_everything(settings=GatewaySettings(planning_seconds=60))
    units = []
    for depth in (5, 10, 20):
        spent.clear()
        federation.gateway.plan(nested(depth))
        units.append(len(spent))
    assert units[2] - units[1] <= 2.2 * (units[1] - units[0])


async def test_an_operation_over_its_budget_is_an_error_and_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The clock is ours: at its tenth reading an hour has passed, and it is not read again."""
    readings: list[float] = []

    def thread_time() -> float:
        readings.append(time.thread_time())
        return readings[-1] + (3_600 if len(readings) == 10 else 0)

    monkeypatch.setattr(budget, "time", SimpleNamespace(thread_time=thread_time))
    federation = shared_everything(settings=GatewaySettings(planning_seconds=600))
    response = await federation.response(nested(25))
    assert response.body() == {
        "errors": [
            {
                "message": "Planning the operation took too long.",
                "extensions": {"code": "QUERY_PLANNING_FAILED"},
            }
        ],
        "data": None,
    }
    assert federation.called() == {}
    assert len(readings) == 10


async def test_a_bomb_of_fragments_is_an_error_and_sends_nothing() -> None:
    levels = " ".join(
        f"fragment F{n} on T {{ a{n}: t {{ ...F{n + 1} }} b{n}: t {{ ...F{n + 1} }} }}"
        for n in range(24)
    )
    federation = shared_everything()
    response = await federation.response(f"{{ t {{ ...F0 }} }} fragment F24 on T {{ id }} {levels}")
    assert response.data is None
    assert [error["extensions"]["code"] for error in response.errors] == ["QUERY_PLANNING_FAILED"]
    assert federation.called() == {}


def test_waiting_for_the_processor_is_not_planning() -> None:
    """On a busy machine an operation takes longer, and is none the worse for it."""
    spending = budget.Budget(0.05)
    time.sleep(0.1)
    spending.check()
    until = time.thread_time() + 0.06
    while time.thread_time() < until:
        pass
    with pytest.raises(PlanningBudgetExceeded):
        spending.check()
