"""A PostgreSQL for tests: quick to make, safe to lose, gone with the process that made it."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from souk.embedded import programs
from souk.embedded.cluster import PORT, Cluster
from souk.embedded.guarding import Guard
from souk.lock import Lock

FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
CAREFUL = ("fsync=off",)
"""What is committed outlives the server, though not the machine."""
TRUST = "local all all trust\n"


class ThrowAwayPostgres:
    """A server in a temporary folder, with only the superuser ``postgres`` and no passwords."""

    def __init__(self, options: tuple[str, ...] = FAST) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="souk-test-", dir="/tmp"))
        account = programs.account()
        programs.hand_over(self.folder, account)
        self._cluster = Cluster(self.folder, account, options)
        self._lock = Lock(self.folder / "lock")
        self._lock.acquire()
        patience = 0.0
        self._guard = Guard(
            self._cluster, account, self._lock.path, patience, "immediate", (self.folder,)
        )

    def start(self) -> None:
        """Create and start the server."""
        self._cluster.create("", TRUST, "-N")
        self._cluster.start(self.folder)

    def restart(self) -> None:
        """All connections are cut. Not at once, or commits would be lost: see FAST."""
        self._cluster.stop("fast")
        self._cluster.start(self.folder)

    def crash(self) -> None:
        """SIGKILL for the server, in the middle of whatever it does; then it is started again."""
        running = self._cluster.postmaster()
        if running is not None:
            os.kill(running.pid, signal.SIGKILL)
        self._cluster.clear_stale(self.folder)
        self._cluster.start(self.folder)

    def stop(self) -> None:
        """Stop the server and remove every trace of it."""
        if self._cluster.postmaster() is not None:
            self._cluster.stop("immediate")
        self._guard.dismiss()
        self._lock.release()
        shutil.rmtree(self.folder)

    def url(self, database: str, user: str = "postgres") -> str:
        """The SQLAlchemy URL (asyncpg) of a database, for any role without a password."""
        return (
            f"postgresql+asyncpg://{quote(user)}@/{quote(database)}?host={self.folder}&port={PORT}"
        )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
