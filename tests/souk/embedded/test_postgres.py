"""The server's life: owners that are killed, owners that fight, and what a crash leaves behind."""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from souk.embedded import programs, sockets
from souk.embedded.cluster import Cluster, Postmaster
from souk.embedded.postgres import EmbeddedPostgres
from souk.embedded.programs import Account
from souk.problems import Problem
from tests.souk.embedded.queries import query
from tests.souk.programs import kill, program, until

USERS = Path("/etc/passwd")
OWNER = """
import sys
from pathlib import Path
from souk.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), patience=float(sys.argv[2]))
server.start()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def short() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="souk-", dir="/tmp") as folder:
        yield Path(folder)


def postmaster(folder: Path) -> Postmaster | None:
    return Cluster(folder, Account()).postmaster()


def running(folder: Path) -> int:
    found = postmaster(folder)
    assert found is not None
    return found.pid


async def test_the_next_owner_adopts_the_server_of_a_killed_one(made: Path) -> None:
    with program(OWNER, str(made), "60") as owner:
        before = running(made)
        kill(owner)
    with EmbeddedPostgres(made) as server:
        assert server.adopted
        assert running(made) == before
        assert await query(server.url(), "SELECT current_user::text") == [("souk",)]
    assert postmaster(made) is None


async def test_what_was_committed_survives_a_killed_server(made: Path) -> None:
    with program(OWNER, str(made), "60") as owner:
        url = EmbeddedPostgres(made).url()
        await query(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        kill(owner)
        os.kill(running(made), signal.SIGKILL)
        until(lambda: postmaster(made) is None)
    assert (made / "data" / "postmaster.pid").exists()
    with EmbeddedPostgres(made) as server:
        assert not server.adopted
        assert await query(server.url(), "SELECT answer FROM kept") == [(42,)]
        await query(server.url(), "DROP TABLE kept")


async def test_a_pid_file_whose_id_is_somebody_elses_is_stale(made: Path) -> None:
    stale = made / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{made / 'data'}\n1\n5432\n{made}\n\n1 1\nready   \n")
    with EmbeddedPostgres(made) as server:
        assert not server.adopted
        assert running(made) != os.getpid()
        assert await query(server.url(), "SELECT 1") == [(1,)]


async def test_a_second_owner_is_refused_and_the_first_goes_on(made: Path) -> None:
    with program(OWNER, str(made), "0") as owner:
        before = running(made)
        with pytest.raises(Problem) as refused:
            EmbeddedPostgres(made).start()
        assert str(refused.value) == (
            f"the database in {made} is in use by process {owner.pid}. "
            "Stop that one with `souk down`, or set SOUK_DATA_DIR to another folder."
        )
        with pytest.raises(Problem, match="in use by process"):
            EmbeddedPostgres(made).stop_orphan()
        assert running(made) == before
        kill(owner)
        until(lambda: postmaster(made) is None)


async def test_a_killed_owners_server_stops_when_nobody_comes(made: Path) -> None:
    with program(OWNER, str(made), "0") as owner:
        assert postmaster(made) is not None
        kill(owner)
    until(lambda: postmaster(made) is None)
    with EmbeddedPostgres(made) as server:
        assert not server.adopted


async def test_a_running_server_is_shared_and_left_running(made: Path) -> None:
    guest = EmbeddedPostgres(made)
    assert not guest.attach()
    with EmbeddedPostgres(made):
        assert guest.attach()
        assert await query(guest.url(), "SELECT 1") == [(1,)]
    assert not guest.attach()


def test_an_orphan_is_stopped(made: Path) -> None:
    with program(OWNER, str(made), "60") as owner:
        kill(owner)
    assert EmbeddedPostgres(made).stop_orphan() is True
    assert postmaster(made) is None
    assert EmbeddedPostgres(made).stop_orphan() is False
    assert EmbeddedPostgres(made.parent / "nothing").stop_orphan() is False
    assert not (made.parent / "nothing").exists()


@pytest.mark.parametrize("owner", ["regular", "killed"])
async def test_a_lost_password_is_made_anew(made: Path, owner: str) -> None:
    old = (made / "souk.password").read_text()
    if owner == "killed":
        with program(OWNER, str(made), "60") as process:
            kill(process)
    (made / "souk.password").unlink()
    with EmbeddedPostgres(made) as server:
        assert await query(server.url(), "SELECT 1") == [(1,)]
    assert (made / "souk.password").read_text() != old


def test_no_mode_and_no_user_changes(short: Path) -> None:
    users = USERS.read_bytes()
    outer, data = short / "private", short / "private" / "data"
    outer.mkdir(0o700)
    data.mkdir(0o750)
    (short / "private" / "data" / "postgres").mkdir(0o755)
    with EmbeddedPostgres(data / "postgres"):
        pass
    folders = (short, outer, data, data / "postgres")
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in folders]
    assert modes == [0o700, 0o700, 0o750, 0o755]
    assert USERS.read_bytes() == users


async def test_a_crash_while_the_cluster_is_made_leaves_nothing_in_the_way(short: Path) -> None:
    unfinished = short / "pg" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(short / "pg") as server:
        assert await query(server.url(), "SELECT 1") == [(1,)]
    assert not unfinished.exists()


async def test_a_long_or_odd_path_gets_a_short_private_socket_folder(short: Path) -> None:
    folder = short / ("x" * 90) / "it's, $HOME"
    assert not sockets.fits(folder)
    with EmbeddedPostgres(folder) as server:
        found = postmaster(folder)
        assert found is not None
        socket = found.sockets
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert sockets.fits(socket)
        assert await query(server.url(), "SELECT 1") == [(1,)]
    assert not socket.exists()


def test_a_file_in_the_way_is_one_line(short: Path) -> None:
    (short / "data").write_text("")
    with pytest.raises(Problem) as problem:
        EmbeddedPostgres(short / "data" / "postgres").start()
    assert str(problem.value) == (
        f"the data folder {short}/data/postgres cannot be written (a file is in its way). "
        "Give this user the right to write it, or set SOUK_DATA_DIR to another folder."
    )


def test_a_broken_cluster_is_one_line_and_frees_the_folder(short: Path) -> None:
    (short / "pg" / "data").mkdir(parents=True, mode=0o700)
    (short / "pg" / "data" / "PG_VERSION").write_text("18\n")
    for _ in range(2):
        with pytest.raises(Problem) as problem:
            EmbeddedPostgres(short / "pg").start()
        assert problem.value.what.startswith(f"the embedded PostgreSQL in {short}/pg failed (")
        assert problem.value.mend == (
            f"Read {short}/pg/log, or set DATABASE_URL to another PostgreSQL"
        )
        assert "\n" not in str(problem.value)


def test_missing_binaries_are_one_line(monkeypatch: pytest.MonkeyPatch, short: Path) -> None:
    monkeypatch.setattr(programs, "find_spec", lambda name: None)
    with pytest.raises(Problem) as problem:
        EmbeddedPostgres(short / "pg").start()
    assert str(problem.value) == (
        "the embedded PostgreSQL is not installed, or has no build for this machine. "
        "Run `make clean up` to install it again, or set DATABASE_URL to a PostgreSQL of your own."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
async def test_root_without_namespaces_runs_the_server_as_nobody(
    monkeypatch: pytest.MonkeyPatch, short: Path
) -> None:
    monkeypatch.setattr(programs, "NAMESPACE", ("false",))
    assert programs.account().prefix == ()
    closed = short / "closed"
    with pytest.raises(Problem) as problem:
        EmbeddedPostgres(closed / "pg").start()
    nobody = programs.account().user
    assert problem.value.what == (
        f"PostgreSQL refuses to run as root, and user {nobody} cannot use {closed}/pg"
    )
    shutil.rmtree(closed)
    os.chmod(short, 0o711)  # noqa: S103 the other user must get through it
    with EmbeddedPostgres(short / "open" / "pg") as server:
        assert os.stat(f"/proc/{running(server.folder)}").st_uid == nobody
        assert await query(server.url(), "SELECT current_user::text") == [("souk",)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
def test_a_user_without_a_name_enters_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert programs.account() == Account(prefix=programs.NAMESPACE)
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    assert programs.account() == Account()
