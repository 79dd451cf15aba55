"""LocalTransport keeps the promises of every transport."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.context import RequestContext
from gateway.transport.local import LocalTransport
from gateway.transport.protocol import SubgraphRequest, SubgraphUnavailable

REQUEST = SubgraphRequest("{ a }", {}, "query", RequestContext("request-1"))


async def test_request_and_answer_go_through_untouched() -> None:
    answer = {"data": {"a": 1}}
    seen: list[SubgraphRequest] = []

    async def execute(request: SubgraphRequest) -> Mapping[str, Any]:
        seen.append(request)
        return answer

    transport = LocalTransport(execute)
    assert await transport.execute(REQUEST) is answer
    assert seen[0] is REQUEST
    await transport.close()


async def test_slow_subgraph_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def execute(_: SubgraphRequest) -> Mapping[str, Any]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    with pytest.raises(SubgraphUnavailable, match=r"no answer within 0\.05 s"):
        await LocalTransport(execute, timeout=0.05).execute(REQUEST)
    assert cancelled.is_set()


@pytest.mark.parametrize("error", [ValueError("bad"), TimeoutError("inner")])
async def test_defect_is_one_subgraph_away(error: Exception) -> None:
    async def execute(_: SubgraphRequest) -> Mapping[str, Any]:
        raise error

    with pytest.raises(SubgraphUnavailable, match=str(error)) as caught:
        await LocalTransport(execute).execute(REQUEST)
    assert caught.value.__cause__ is error


async def test_unavailable_stays_what_it_is() -> None:
    error = SubgraphUnavailable("away")

    async def execute(_: SubgraphRequest) -> Mapping[str, Any]:
        raise error

    with pytest.raises(SubgraphUnavailable) as caught:
        await LocalTransport(execute).execute(REQUEST)
    assert caught.value is error


async def test_cancellation_of_the_caller_is_no_failure_of_the_subgraph() -> None:
    started = asyncio.Event()

    async def execute(_: SubgraphRequest) -> Mapping[str, Any]:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(LocalTransport(execute).execute(REQUEST))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
