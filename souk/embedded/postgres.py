"""The embedded PostgreSQL's life: made once, owned by one process, found again after a crash."""

import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from souk import private
from souk.embedded import programs, sockets
from souk.embedded.access import ACCESS, DATABASE, ROLE, SUPERUSER, grant, repair
from souk.embedded.cluster import PORT, Cluster
from souk.embedded.guarding import Guard
from souk.embedded.programs import Account, ProgramFailed
from souk.lock import Held, Lock, holder
from souk.problems import Problem

ADOPTION_SECONDS = 60.0
PATIENCE = 10.0


class EmbeddedPostgres:
    """A PostgreSQL in ``folder``, for as long as this process owns it.

    ``start`` creates the cluster, or starts it, or adopts the server that a killed owner left
    running; every failure is a ``Problem``. ``patience`` is how many seconds a server whose owner
    was killed waits for the next one before it stops by itself.
    """

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self.folder = folder.resolve()
        self.adopted = False
        self._patience = patience
        self._account = programs.account()
        self._cluster = Cluster(self.folder, self._account)
        self._sockets = self.folder
        self._lock = Lock(self.folder / "lock")
        self._guard: Guard | None = None

    def start(self) -> None:
        """Own the server and return when it answers the platform's role."""
        self._own()
        try:
            self._start()
        except ProgramFailed as failure:
            self._lock.release()
            raise self._problem(failure) from failure
        except OSError as error:
            self._lock.release()
            raise private.unwritable(self.folder, error) from error
        except BaseException:
            self._lock.release()
            raise

    def stop(self) -> None:
        """Stop the server, whoever started it, and give the folder up."""
        try:
            if self._cluster.postmaster() is not None:
                self._cluster.stop()
            sockets.forget(self.folder)
        except ProgramFailed as failure:
            raise self._problem(failure) from failure
        finally:
            if self._guard is not None:
                self._guard.dismiss()
                self._guard = None
            self._lock.release()

    def attach(self) -> bool:
        """Use the server of another living owner without owning it; False where none answers."""
        running = self._cluster.postmaster() if holder(self._lock.path) is not None else None
        if running is None or running.status != "ready":
            return False
        self._sockets = running.sockets
        return True

    def stop_orphan(self) -> bool:
        """Stop a server that lost its owner; False where none runs or somebody owns it."""
        if not (self.folder / "data").is_dir():
            return False
        self._own()
        running = self._cluster.postmaster() is not None
        self.stop()
        return running

    @property
    def version(self) -> str:
        return self._cluster.version

    def url(self, database: str = DATABASE) -> str:
        """The SQLAlchemy URL (asyncpg) of the platform's own role, with its password."""
        password = quote(self._password(ROLE), safe="")
        return (
            f"postgresql+asyncpg://{ROLE}:{password}@/{quote(database)}"
            f"?host={self._sockets}&port={PORT}"
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _own(self) -> None:
        new = not self.folder.is_dir()
        private.make_folder(self.folder, _mode(self._account))
        try:
            self._lock.acquire()
        except Held as held:
            raise Problem(
                f"the database in {self.folder} is in use by process {held.pid}",
                "Stop that one with `souk down`, or set SOUK_DATA_DIR to another folder",
            ) from held
        except OSError as error:
            raise private.unwritable(self.folder, error) from error
        if new:
            programs.hand_over(self.folder, self._account)

    def _start(self) -> None:
        programs.require_reach(self._account, self.folder)
        if not self._cluster.exists:
            self._create()
        if not self._adopt():
            self._launch()
        if not self._logs_in():
            self._cluster.stop()
            self._renew()
            self._launch()
            if not self._logs_in():
                raise ProgramFailed("psql", "the server refuses the platform's role")
        self._guard = Guard(self._cluster, self._account, self._lock.path, self._patience)

    def _create(self) -> None:
        self._cluster.create(grant(*self._new_passwords()), ACCESS)

    def _renew(self) -> None:
        self._cluster.single(repair(*self._new_passwords()))

    def _adopt(self) -> bool:
        """Take over a running server; wait for one that is just starting or stopping."""
        give_up = time.monotonic() + ADOPTION_SECONDS
        while (running := self._cluster.postmaster()) is not None:
            if running.status == "ready":
                self._sockets = running.sockets
                self.adopted = True
                return True
            if time.monotonic() > give_up:
                self._cluster.stop("immediate")
            time.sleep(0.05)
        return False

    def _launch(self) -> None:
        self.adopted = False
        self._sockets = sockets.folder(self.folder, self._account)
        self._cluster.clear_stale(self._sockets)
        (self._cluster.data / "pg_hba.conf").write_text(ACCESS)
        self._cluster.start(self._sockets)

    def _logs_in(self) -> bool:
        if not self._password_file(ROLE).exists():
            return False
        arguments = ("-X", "-w", "-h", str(self._sockets), "-p", str(PORT), "-U", ROLE)
        try:
            programs.run(
                Account(),
                "psql",
                *arguments,
                "-d",
                DATABASE,
                "-c",
                "SELECT 1",
                output=self.folder / "login",
                extra={"PGPASSWORD": self._password(ROLE)},
            )
        except ProgramFailed:
            return False
        return True

    def _new_passwords(self) -> tuple[str, str]:
        for role in (ROLE, SUPERUSER):
            private.replace(self._password_file(role), secrets.token_urlsafe(32))
        return self._password(ROLE), self._password(SUPERUSER)

    def _password(self, role: str) -> str:
        return self._password_file(role).read_text()

    def _password_file(self, role: str) -> Path:
        return self.folder / f"{role}.password"

    def _problem(self, failure: ProgramFailed) -> Problem:
        what = f"the embedded PostgreSQL in {self.folder} failed ({failure.reason})"
        if "No space left" in failure.output:
            return Problem(what, "Free some space on that disk, or set SOUK_DATA_DIR to another")
        return Problem(
            what, f"Read {self._cluster.told}, or set DATABASE_URL to another PostgreSQL"
        )


def _mode(account: Account) -> int:
    # Another user's server must be able to walk through a folder that root makes.
    return private.FOLDER_MODE if account.user is None else 0o711
