"""Sagas: stored before each step acts, resumed under the same keys, undone without a trace."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.database import Database, UnitOfWork
from models.work import SagaState
from subgraphs.kit import Document, Info, saga_store, sagas
from subgraphs.kit.saga_worker import Sagas
from subgraphs.kit.sagas import Run, Then
from tests.inventory.waiting import blocked
from tests.kit.conftest import ANNA
from tests.kit.editor import ISSUE, Desk, away

ALL = ["cover", "cover", "draft", "publish"]
SIGNALS = "SELECT * FROM platform.saga_signal"
FIRST = [
    ("censor", "iss_1", 1, "SKIPPED"),
    ("cover", "iss_1/1", 1, "DONE"),
    ("cover", "iss_1/2", 1, "DONE"),
    ("draft", "iss_1", 1, "DONE"),
]


@pytest.fixture
async def desk(db: Database, tmp_path: Path) -> Desk:
    return await Desk(db, tmp_path / "spool").open()


async def _hurry(desk: Desk) -> None:
    """What was put off is due now."""
    await desk.rows("UPDATE platform.saga SET due_at = now() RETURNING id")
    await desk.rows("UPDATE platform.saga_step SET due_at = NULL RETURNING step")


async def test_a_saga_goes_as_far_as_it_can(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    assert await desk.steps() == [*FIRST, ("approval", "iss_1", 1, "WAITING")]
    state, waits_for, due = await desk.saga()
    assert (state, waits_for) == ("WAITING", "approved")
    assert await desk.rows("SELECT due_at FROM platform.saga_step WHERE step = 'approval'") == [
        (due,)
    ]
    assert await desk.approve() is True
    await desk.go()
    assert (await desk.steps())[4:] == [
        ("approval", "iss_1", 1, "DONE"),
        ("publish", "iss_1", 1, "DONE"),
        ("print", "iss_1", 1, "UNAVAILABLE"),
    ]
    assert await desk.saga() == ("UNAVAILABLE", "press", None)
    assert await desk.status() == "published"
    assert await desk.kept() == ALL
    assert sorted(desk.way.sent) == [
        ("copy", "saga:cover:iss_1/1:1"),
        ("copy", "saga:cover:iss_1/2:1"),
        ("copy", "saga:draft:iss_1:1"),
        ("copy", "saga:publish:iss_1:1"),
    ]
    assert await desk.rows(SIGNALS) == []
    skipped = "SELECT reason FROM platform.saga_step WHERE state = 'SKIPPED'"
    assert await desk.rows(skipped) == [("there is no censor agent",)]


async def test_an_agent_that_came_since_is_used(desk: Desk) -> None:
    await desk.begin()
    await desk.approve()
    await desk.go()
    desk.others = frozenset({"note", "press"})
    await desk.go()
    assert (await desk.steps())[-1] == ("print", "iss_1", 1, "DONE")
    assert await desk.saga() == ("COMPLETED", None, None)
    assert await desk.approve() is False
    assert await desk.cancel() is False
    assert await desk.kept() == ALL


async def test_a_fact_may_come_before_it_is_waited_for(desk: Desk) -> None:
    await desk.begin()
    await desk.approve()
    await desk.go()
    assert await desk.status() == "published"
    told = "SELECT outcome FROM platform.saga_step WHERE step = 'approval'"
    assert await desk.rows(told) == [({"by": "usr_1"},)]


async def test_a_fact_that_nobody_took_ends_with_the_saga(desk: Desk) -> None:
    desk.others = frozenset({"note", "press"})
    for id in ("iss_1", "iss_2"):
        await desk.begin(id)
        assert [await desk.approve(id), await desk.approve(id)] == [True, True]
    await desk.cancel("iss_2")
    await desk.go()
    assert await desk.rows("SELECT id, state FROM platform.saga ORDER BY id") == [
        ("iss_1", "COMPLETED"),
        ("iss_2", "CANCELED"),
    ]
    assert await desk.rows(SIGNALS) == []
    assert [await desk.approve("iss_1"), await desk.approve("iss_2")] == [False, False]
    assert await desk.rows(SIGNALS) == []


@pytest.mark.commits
@pytest.mark.parametrize("first", ["the end", "the fact"])
async def test_a_fact_that_comes_as_the_saga_ends_leaves_nothing(desk: Desk, first: str) -> None:
    """Whichever is first, the other waits for its commit."""
    await desk.begin()
    [held] = await Sagas(desk.agents).claim("lse_1", 1)

    async def end(work: UnitOfWork) -> None:
        await saga_store.hold(work, held, SagaState.COMPLETED, ended=work.now)

    async def tell(work: UnitOfWork) -> None:
        await sagas.tell(work, "issue", "iss_1", "approved", {"by": "usr_1"})

    async def later(do: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        async with desk.db.unit_of_work() as work:
            await do(work)

    before, after = (end, tell) if first == "the end" else (tell, end)
    async with desk.db.unit_of_work() as work:
        await before(work)
        waiting = asyncio.create_task(later(after))
        await blocked(desk.db)
    await waiting
    assert (await desk.saga())[0] == "COMPLETED"
    assert await desk.rows(SIGNALS) == []


async def test_a_fact_that_never_comes(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    await desk.rows("UPDATE platform.saga SET due_at = now() RETURNING id")
    past = "UPDATE platform.saga_step SET due_at = now() - interval '1 s' RETURNING step"
    await desk.rows(past)
    await desk.go()
    assert await desk.saga() == ("CANCELED", None, None)
    assert (await desk.steps())[4] == ("approval", "iss_1", 1, "FAILED")
    assert await desk.kept() == []
    assert await desk.status() == "dropped"


async def test_while_it_is_held_nothing_begins(desk: Desk) -> None:
    await desk.begin()
    await desk.be("held")
    await desk.approve()
    await desk.go()
    assert await desk.steps() == []
    assert await desk.saga() == ("WAITING", "release", None)
    await desk.be("open")
    await desk.go()
    assert await desk.status() == "published"


async def test_a_wait_does_not_expire_while_it_is_held(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    await desk.be("held")
    await desk.rows("UPDATE platform.saga_step SET due_at = now() - interval '1 s' RETURNING step")
    await desk.go()
    assert await desk.saga() == ("WAITING", "release", None)
    await desk.be("open")
    await desk.go()
    assert await desk.status() == "dropped"


@pytest.mark.parametrize("lost", ["before", "after"])
async def test_an_outcome_that_is_not_known_is_asked_for(desk: Desk, lost: str) -> None:
    setattr(desk.way, lost, away("copy"))
    await desk.begin()
    await desk.go()
    state, waits_for, due = await desk.saga()
    assert (state, waits_for) == ("RUNNING", "no way")
    assert due is not None
    assert {row[3] for row in await desk.steps()} == {"RUNNING", "SKIPPED"}
    await _hurry(desk)
    await desk.go()
    tried = "SELECT DISTINCT attempts, reason FROM platform.saga_step WHERE state = 'RUNNING'"
    assert await desk.rows(tried) == [(2, "no way")]
    setattr(desk.way, lost, away())
    await _hurry(desk)
    await desk.go()
    assert await desk.steps() == [*FIRST, ("approval", "iss_1", 1, "WAITING")]
    assert await desk.kept() == ["cover", "cover", "draft"]
    assert {key for name, key in desk.way.sent} == {
        "saga:cover:iss_1/1:1",
        "saga:cover:iss_1/2:1",
        "saga:draft:iss_1:1",
    }
    assert await desk.rows("SELECT id FROM platform.captured_error") == []


async def test_a_resumed_saga_does_not_wait_for_its_pause(desk: Desk) -> None:
    desk.way.before = away("copy")
    await desk.begin()
    await desk.go()
    desk.way.before = away()
    async with desk.db.unit_of_work() as work:
        await sagas.resume(work, "issue", "iss_1")
    await desk.go()
    assert await desk.kept() == ["cover", "cover", "draft"]


async def test_a_refusal_begins_the_next_generation_then_undoes_all(desk: Desk) -> None:
    async def taken(document: Document, variables: Mapping[str, Any]) -> None:
        """Somebody has used the key for something else: it is refused for good."""
        key = variables["input"]["idempotencyKey"]
        if document.name == "copy" and "publish" in key:
            other = {"input": {"texts": ["other"], "idempotencyKey": key}}
            await desk.way.deliver(document, other, desk.agents.sender("editor", ANNA), "req_2")

    desk.way.before = taken
    await desk.begin()
    await desk.approve()
    await desk.go()
    publish = "SELECT generation, state, error_code FROM platform.saga_step WHERE step = 'publish'"
    assert await desk.rows(publish + " ORDER BY generation") == [
        (1, "FAILED", "IDEMPOTENCY_KEY_REUSED"),
        (2, "FAILED", "IDEMPOTENCY_KEY_REUSED"),
    ]
    assert await desk.saga() == ("CANCELED", None, None)
    assert await desk.status() == "dropped"
    assert await desk.kept() == ["other", "other"]
    torn = [key for name, key in desk.way.sent if name == "tear"]
    assert torn[-1] == "saga:undo-draft:iss_1:1"
    assert sorted(torn[:-1]) == ["saga:undo-cover:iss_1/1:1", "saga:undo-cover:iss_1/2:1"]


async def test_an_answer_that_is_not_what_was_asked_for(desk: Desk) -> None:
    first = replace(ISSUE.stages[0][0], accepts=_never)
    desk.sagas = (replace(ISSUE, stages=[[first]]),)
    await desk.begin()
    await desk.go()
    failed = "SELECT error_code, reason FROM platform.saga_step"
    assert await desk.rows(failed) == [("GONE", "It was torn.")]
    assert await desk.saga() == ("CANCELED", None, None)


def _never(info: Info, outcome: Any) -> sagas.Refusal | None:
    return sagas.Refusal("GONE", "It was torn.")


@pytest.mark.parametrize("steps", range(6))
async def test_canceled_after_any_number_of_calls(desk: Desk, steps: int) -> None:
    """The command is delivered, then the saga is canceled, then nobody hears the answer."""
    calls = 0

    async def cancel(document: Document, variables: Mapping[str, Any]) -> None:
        nonlocal calls
        if document.name == "copy":
            calls += 1
            if calls == steps:
                await desk.cancel()

    desk.way.after = cancel
    await desk.begin()
    await desk.approve()
    if steps == 0:
        assert await desk.cancel() is True
    await desk.go()
    if steps == 5:
        assert await desk.cancel() is True
        await desk.go()
    assert await desk.saga() == ("CANCELED", None, None)
    assert await desk.kept() == []
    assert await desk.status() == "dropped"
    assert {row[3] for row in await desk.steps()} <= {"COMPENSATED", "SKIPPED", "DONE"}
    live = "SELECT step FROM platform.saga_step WHERE state IN ('DONE', 'RUNNING')"
    assert set(await desk.rows(live)) <= {("approval",)}


async def test_a_command_that_is_delivered_after_it_was_undone(desk: Desk) -> None:
    late: list[Any] = []

    async def keep(document: Document, variables: Mapping[str, Any]) -> None:
        if document.name == "copy":
            late.append((document, variables))
        await away("copy")(document, variables)

    desk.way.before = keep
    await desk.begin()
    await desk.go()
    await desk.cancel()
    await desk.go()
    assert await desk.saga() == ("CANCELED", None, None)
    sender = desk.agents.acting("editor", desk.agents.context("editor", ANNA, "").cause)
    for document, variables in 2 * late:
        answer = await desk.way.deliver(document, variables, sender.principal, "req_2")
        [error] = answer["data"]["copyNotes"]["errors"]
        assert error["code"] == "STEP_CANCELED"
    assert await desk.kept() == []


async def test_an_owner_that_cannot_be_reached_is_asked_again_to_undo(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    desk.way.before = away("tear")
    await desk.cancel()
    await desk.go()
    state, waits_for, _ = await desk.saga()
    assert (state, waits_for) == ("COMPENSATING", "no way")
    assert [row for row in await desk.steps() if row[3] == "COMPENSATING"] == [
        ("cover", "iss_1/1", 1, "COMPENSATING")
    ]
    desk.way.before = away()
    await _hurry(desk)
    await desk.go()
    assert await desk.saga() == ("CANCELED", None, None)
    assert await desk.kept() == []


async def test_an_owner_that_refuses_to_undo_is_a_defect_that_shows(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    undo = replace(ISSUE.stages[0][0].undo, input=lambda run, row: {"step": "not a step"})  # type: ignore[type-var]  # it has one
    stages = [[replace(ISSUE.stages[0][0], undo=undo)], *ISSUE.stages[1:]]
    desk.sagas = (replace(ISSUE, stages=[[*stages[0], *ISSUE.stages[0][1:]], *stages[1:]]),)
    await desk.cancel()
    await desk.go()
    [(path, kind, id)] = await desk.rows("SELECT path, kind, id FROM platform.captured_error")
    assert (path, kind) == ("issue.draft:iss_1", "RefusedToUndo")
    assert (await desk.saga())[:2] == ("COMPENSATING", f"RefusedToUndo {id}")
    assert await desk.kept() == ["draft"]


async def test_a_defect_in_the_owner_is_captured_and_repeated(desk: Desk) -> None:
    broken = Document("note", "broken", "mutation { nothingOfTheKind { errors { code } } }")
    command = replace(ISSUE.stages[0][0].command, document=broken)  # type: ignore[type-var]  # it has one
    desk.sagas = (replace(ISSUE, stages=[[replace(ISSUE.stages[0][0], command=command)]]),)
    await desk.begin()
    await desk.go()
    [(path, kind, id)] = await desk.rows("SELECT path, kind, id FROM platform.captured_error")
    assert (path, kind) == ("issue.draft:iss_1", "GraphRefused")
    assert (await desk.saga())[:2] == ("RUNNING", f"GraphRefused {id}")


async def test_what_lapsed_is_done_anew_and_only_that(desk: Desk) -> None:
    desk.sagas = (replace(ISSUE, stages=[[ISSUE.stages[0][0]], ISSUE.stages[1]]),)
    await desk.begin()
    await desk.go()
    await desk.rows(
        "UPDATE platform.saga_step SET outcome = '{\"id\": \"rsv_1\"}' WHERE step = 'draft'"
        " RETURNING step"
    )
    for id, lapsed in (("rsv_2", False), ("rsv_1", True), ("rsv_1", False)):
        async with desk.db.unit_of_work() as work:
            assert await sagas.lapse(work, "issue", "iss_1", "draft", id) is lapsed
    await desk.go()
    assert await desk.steps() == [
        ("draft", "iss_1", 1, "COMPENSATED"),
        ("draft", "iss_1", 2, "DONE"),
        ("approval", "iss_1", 1, "WAITING"),
    ]
    assert desk.way.sent[-1] == ("copy", "saga:draft:iss_1:2")


async def test_a_saga_finishes_on_the_version_it_began_with(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    second = replace(ISSUE, version=2, stages=[[ISSUE.stages[0][0]]])
    desk.sagas = (second, ISSUE)
    await desk.begin("iss_2")
    await desk.approve()
    await desk.go()
    states = await desk.rows("SELECT id, version, state FROM platform.saga ORDER BY id")
    assert states == [("iss_1", 1, "UNAVAILABLE"), ("iss_2", 2, "COMPLETED")]
    desk.sagas = (second,)
    async with desk.db.unit_of_work() as work:
        await sagas.wake(work, "issue", "iss_1")
    assert await desk.worker().tick() == 0


def test_two_definitions_of_one_version_are_refused(desk: Desk) -> None:
    desk.sagas = (ISSUE, ISSUE)
    with pytest.raises(ValueError, match="issue, version 1"):
        Sagas(desk.agents)


async def test_a_wake_while_it_looks_is_not_lost(desk: Desk) -> None:
    await desk.begin()
    await desk.go()
    runner = Sagas(desk.agents)
    async with desk.db.unit_of_work() as work:
        await sagas.wake(work, "issue", "iss_1")
    [held] = await runner.claim("lse_1", 1)
    await desk.approve()
    assert held.wakes < (await desk.rows("SELECT wakes FROM platform.saga"))[0][0]
    async with desk.db.unit_of_work() as work:
        await saga_store.leave(work, held, held.state, None, None)
    assert await desk.worker().tick() == 1
    assert await desk.status() == "published"


@pytest.mark.commits
async def test_what_may_go_at_once_does(desk: Desk) -> None:
    inside = asyncio.Semaphore(0)
    together = asyncio.Event()

    async def meet(document: Document, variables: Mapping[str, Any]) -> None:
        inside.release()
        await together.wait()

    desk.way.before = meet
    await desk.begin()
    going = asyncio.create_task(desk.go())
    for _ in range(3):
        await inside.acquire()
    together.set()
    await going
    assert await desk.kept() == ["cover", "cover", "draft"]


@pytest.mark.commits
async def test_a_runner_that_was_frozen_writes_nothing(desk: Desk) -> None:
    frozen = asyncio.Event()
    asked = asyncio.Event()

    async def freeze(document: Document, variables: Mapping[str, Any]) -> None:
        asked.set()
        await frozen.wait()

    desk.way.after = freeze
    await desk.begin()
    late = asyncio.create_task(desk.worker().tick())
    await asked.wait()
    desk.way.after = away()
    await desk.rows("UPDATE platform.saga SET leased_until = now() - interval '1 s' RETURNING id")
    await desk.go()
    await desk.cancel()
    await desk.go()
    before = await desk.rows("SELECT * FROM platform.saga_step")
    frozen.set()
    await late
    assert await desk.rows("SELECT * FROM platform.saga_step") == before
    assert await desk.saga() == ("CANCELED", None, None)
    assert await desk.kept() == []


async def test_a_then_of_again_is_not_tried_for_ever_without_a_pause(desk: Desk) -> None:
    async def again(info: Info, work: Any, run: Run, row: Any) -> Then:
        return Then.AGAIN

    first = replace(ISSUE.stages[0][0], accepts=_never, refused=again)
    desk.sagas = (replace(ISSUE, stages=[[first]]),)
    await desk.begin()
    await desk.go()
    assert [row[2:] for row in await desk.steps()] == [(1, "FAILED"), (2, "FAILED"), (3, "FAILED")]
    state, waits_for, due = await desk.saga()
    assert (state, waits_for) == ("RUNNING", "draft")
    assert due > desk.db.clock() - timedelta(seconds=5)
