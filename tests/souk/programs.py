"""Python programs that a test starts beside itself, and what they print."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 30.0


def environment(**more: str) -> dict[str, str]:
    """This environment without Souk's own variables, with the tree to import from."""
    ours = ("SOUK_", "DATABASE_URL", "KAFKA_", "OPENAI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(ROOT)} | more


@contextmanager
def program(text: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running program that has printed its first line; it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", text, *arguments],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL: no handler, no farewell."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process brings about."""
    give_up = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.02)
