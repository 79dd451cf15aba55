"""Stop the platform of a data folder, and only it: its lock names it, a process handle holds it."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

from souk import running
from souk.embedded.postgres import EmbeddedPostgres
from souk.problems import Problem
from souk.settings import Settings

SECONDS = 60.0
PAUSE = 0.05


def stop(settings: Settings, seconds: float = SECONDS) -> int | None:
    """Stop the platform and wait for its end; its process, or None where none ran."""
    pid = running.process(settings.run_dir)
    if not pid:
        return None
    with _handle(pid) as handle:
        # The id may have been given to somebody else before the handle was open. If the lock still
        # names it now, the handle is the platform's.
        if running.process(settings.run_dir) == pid:
            _terminate(pid, handle)
    give_up = time.monotonic() + seconds
    while running.process(settings.run_dir) == pid:
        if time.monotonic() > give_up:
            raise Problem(
                f"process {pid} did not stop within {seconds:.0f} s",
                f"Read {settings.logs_dir}, or end it with `kill -9 {pid}`",
            )
        time.sleep(PAUSE)
    return pid


def stop_orphan(settings: Settings) -> bool:
    """Stop the embedded PostgreSQL of a platform that was killed; whether there was one."""
    return EmbeddedPostgres(settings.postgres_dir).stop_orphan()


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[int | None]:
    if not hasattr(os, "pidfd_open"):
        yield None
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def _terminate(pid: int, handle: int | None) -> None:
    try:
        if handle is None:
            os.kill(pid, signal.SIGTERM)
        else:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise Problem(f"process {pid} belongs to another user", "Stop it as that user") from error
