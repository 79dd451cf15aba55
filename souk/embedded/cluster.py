"""One PostgreSQL cluster in one folder: create, start, stop, and what runs there now."""

import os
import shlex
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from souk.embedded import programs
from souk.embedded.programs import Account, ProgramFailed

INIT = (
    "-U", "postgres", "-A", "trust", "-E", "UTF8",
    "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
)  # fmt: skip
OPTIONS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=200",
    # Without the DETAIL of an error: it holds the row, and nobody would erase that from the log.
    "log_error_verbosity=terse",
)
OUTPUT = "output"
PORT = 5432
START_SECONDS = 60
LINGERING_SECONDS = 15.0
LINGERING = "pre-existing shared memory block"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server, as its own ``postmaster.pid`` describes it."""

    pid: int
    sockets: Path
    status: str


class Cluster:
    """The folder ``root`` holds ``data``, the server's ``log`` and its programs' ``output``."""

    def __init__(self, root: Path, account: Account, options: tuple[str, ...] = ()) -> None:
        self.root = root
        self.data = root / "data"
        self.log = root / "log"
        self._account = account
        self._options = OPTIONS + options

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    @property
    def told(self) -> Path:
        """Where the reason of a failure is: the server's log, or before there is one, initdb's."""
        return self.log if self.log.exists() else self.root / OUTPUT

    @property
    def version(self) -> str:
        """The major version that made the cluster."""
        return (self.data / "PG_VERSION").read_text().strip()

    def create(self, bootstrap: str, access: str, *init: str) -> None:
        """Make the cluster, whole or not at all: a crash leaves only what the next call removes.

        ``bootstrap`` is SQL, one statement a line, ``access`` the text of ``pg_hba.conf``.
        """
        unfinished = self.root / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run("initdb", "-D", unfinished.name, *INIT, *init)
        if bootstrap:
            self.single(bootstrap, unfinished)
        (unfinished / "pg_hba.conf").write_text(access)
        unfinished.rename(self.data)

    def single(self, statements: str, data: Path | None = None) -> None:
        """Run statements, one a line, with no server and so with no log-in."""
        arguments = ("--single", "-D", (data or self.data).name, "postgres")
        printed = self._run("postgres", *arguments, text=statements)
        if "ERROR:" in printed or "FATAL:" in printed:
            raise ProgramFailed("postgres --single", printed)

    def start(self, sockets: Path) -> None:
        """Start the server with its socket in ``sockets``, and return when it answers."""
        options = [f"-k {shlex.quote(str(sockets))}", *(f"-c {option}" for option in self._options)]
        give_up = time.monotonic() + LINGERING_SECONDS
        while True:
            begin = self.log.stat().st_size if self.log.exists() else 0
            try:
                self._run(
                    "pg_ctl", "-D", self.data.name, "-w", "-t", str(START_SECONDS),
                    "-l", self.log.name, "-o", " ".join(options), "start",
                )  # fmt: skip
            except ProgramFailed as failure:
                said = self._logged_since(begin)
                # A killed server's last children take a moment to notice and to go.
                if LINGERING in said and time.monotonic() < give_up:
                    time.sleep(0.1)
                    continue
                raise ProgramFailed(failure.program, said or failure.output) from failure
            return

    def stop(self, mode: str = "fast") -> None:
        self._run(*self.stop_arguments(mode))

    def stop_arguments(self, mode: str) -> tuple[str, ...]:
        return ("pg_ctl", "-D", str(self.data), "-w", "-t", str(START_SECONDS), "-m", mode, "stop")

    def postmaster(self) -> Postmaster | None:
        """The server that runs on this cluster; None also where its pid file is stale."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            found = Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip())
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return found if self._runs_here(found.pid) else None

    def clear_stale(self, sockets: Path) -> None:
        """Remove lock files of a server that is gone while its process id is not.

        PostgreSQL clears a dead server's files itself, but takes any process of that id for the
        server: somebody else's after a reboot, or a killed server's that its container never
        reaps. Only for the owner of the folder's lock; a killed server's last children, which
        still hold its memory, are waited for.
        """
        give_up = time.monotonic() + LINGERING_SECONDS
        while any(self._runs_here(each) for each in _processes()):
            if time.monotonic() > give_up:
                return
            time.sleep(0.05)
        for file in (self.data / "postmaster.pid", sockets / f".s.PGSQL.{PORT}.lock"):
            if _names_living_process(file):
                file.unlink()

    def _runs_here(self, pid: int) -> bool:
        # A server's working directory is its data folder; that tells it from a recycled id.
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self.data)
        except OSError:
            return not Path("/proc/self").exists() and _alive(pid)

    def _logged_since(self, begin: int) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode("utf-8", "replace")

    def _run(self, program: str, *arguments: str, text: str = "") -> str:
        # Relative names: pg_ctl hands them to a shell, which reads quotes and dollars in a path.
        output = self.root / OUTPUT
        return programs.run(
            self._account, program, *arguments, output=output, text=text, cwd=self.root
        )


def _names_living_process(file: Path) -> bool:
    try:
        return _alive(int(file.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
