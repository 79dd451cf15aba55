"""Run a service in this process so that every signal to stop, at any moment, lets it clean up."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

import uvloop

from souk.problems import Problem

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(service: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop. A service that serves takes over the signals for that time; until
    then they cancel it, so that a server which is just starting is not left behind."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_cancelable(service))


async def _cancelable(service: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(service)
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError as stopped:
        raise Problem("stopped before it was ready", "Start it again when you like") from stopped
