"""A lock on a folder that the kernel frees when its holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path

PROBE_SECONDS = 0.3
STOPPING = "stopping"
STOPPING_SECONDS = 60.0
PAUSE = 0.02


class Held(Exception):
    """Another process holds the lock; ``pid`` is 0 where it has not written its id yet."""

    def __init__(self, path: Path, pid: int) -> None:
        self.path = path
        self.pid = pid
        super().__init__(path, pid)


class Lock:
    """An exclusive ``flock`` on a file that names its holder.

    The file stays: removing it would let two processes lock two files of the same name. The
    descriptor is closed on exec, so no server that the holder starts keeps the lock alive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise ``Held``; OSError where the file cannot be written.

        A short wait passes over others that only look (``holder``), a longer one over a guard
        that is stopping what a dead holder left behind.
        """
        descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            self._wait(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None

    def _wait(self, descriptor: int) -> None:
        began = time.monotonic()
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid, stopping = _read(descriptor)
                limit = STOPPING_SECONDS if stopping else PROBE_SECONDS
                if time.monotonic() - began > limit:
                    raise Held(self.path, pid) from None
            time.sleep(PAUSE)


def holder(path: Path) -> int | None:
    """The process that holds the lock on ``path``; None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor)[0]
    finally:
        os.close(descriptor)
    return None


def _read(descriptor: int) -> tuple[int, bool]:
    words = os.pread(descriptor, 64, 0).decode("ascii", "replace").split()
    pid = int(words[0]) if words and words[0].isdigit() else 0
    return pid, STOPPING in words
