"""The platform in the background: started once, found, asked, and stopped, and nobody else."""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from souk import running
from souk.development.detach import left_running, start
from souk.development.status import status
from souk.development.stop import stop
from souk.problems import Problem
from souk.running import Ready
from souk.settings import Settings
from tests.souk.programs import SECONDS, environment, until

# What `souk up` does, without a shop: the lock, the announcement, a server, and an orderly end.
PLATFORM = """
import http.server, os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from souk import running
from souk.running import Ready

class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()

run_dir = Path(sys.argv[1])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with running.held(run_dir):
    print("Seeding the shop ...", flush=True)
    time.sleep(float(sys.argv[2]))
    server = http.server.HTTPServer(("127.0.0.1", 0), Health)
    url = f"http://127.0.0.1:{server.server_port}"
    with running.announced(run_dir, Ready(os.getpid(), url, None, datetime.now(UTC), "a database")):
        server.serve_forever()
"""
FAILING = """
import sys
print("{'level': 'info'}")
print("souk: port 4000 is taken. Set SOUK_PORT or stop the other program.", file=sys.stderr)
print("a last word")
sys.exit(1)
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    settings = Settings(data_dir=tmp_path / "data")
    yield settings
    stop(settings)
    while left_running:
        left_running.pop().wait(SECONDS)


def platform(settings: Settings, seconds: float = 0) -> list[str]:
    return [sys.executable, "-c", PLATFORM, str(settings.run_dir), str(seconds)]


def quiet(line: str) -> None:
    """No progress is shown."""


def test_it_is_started_once_found_asked_and_stopped(settings: Settings) -> None:
    assert status(settings).state == "stopped"
    ready, already = start(settings, quiet, platform(settings))
    assert not already
    assert start(settings, quiet, platform(settings)) == (ready, True)
    found = status(settings)
    assert (found.state, found.pid, found.url) == ("ready", ready.pid, ready.url)
    assert (found.health, found.database) == ("200 OK", "a database")
    assert stop(settings) == ready.pid
    assert status(settings).state == "stopped"
    assert stop(settings) is None
    assert not (settings.run_dir / "ready.json").exists()


def test_it_has_a_session_of_its_own_and_logs_to_a_file(settings: Settings) -> None:
    seen: list[str] = []
    ready, _ = start(settings, seen.append, platform(settings, seconds=0.5))
    assert os.getsid(ready.pid) == ready.pid
    assert "Seeding the shop ..." in seen
    assert (settings.logs_dir / "souk.log").read_text().startswith("Seeding the shop ...\n")
    assert os.readlink(f"/proc/{ready.pid}/fd/1") == str(settings.logs_dir / "souk.log")


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (FAILING, "port 4000 is taken. Set SOUK_PORT or stop the other program"),
        ("raise ValueError('unforeseen')", "ValueError: unforeseen"),
        ("", "it said nothing"),
    ],
)
def test_the_reason_of_a_failure_is_told(settings: Settings, program: str, reason: str) -> None:
    settings.logs_dir.mkdir(parents=True)
    log = settings.logs_dir / "souk.log"
    log.write_text("souk: an older failure. Not this one.\n")
    with pytest.raises(Problem) as problem:
        start(settings, quiet, [sys.executable, "-c", program])
    assert str(problem.value) == f"Souk did not start: {reason}. The whole log is {log}."


def test_one_that_does_not_become_ready_is_stopped(settings: Settings) -> None:
    with pytest.raises(Problem, match=r"Souk was not ready after 1 s\."):
        start(settings, quiet, platform(settings, seconds=60), seconds=1)
    assert running.process(settings.run_dir) is None


def test_two_starters_get_one_platform(settings: Settings) -> None:
    slow = f"import time; time.sleep(1)\n{PLATFORM}"
    first, _ = start(settings, quiet, platform(settings))
    second = [sys.executable, "-c", slow, str(settings.run_dir), "0"]
    # The second one's child finds the folder held, as when both had begun at the same moment.
    lock = settings.run_dir / "lock"
    moved = lock.with_name("lock.moved")
    lock.rename(moved)
    try:
        child_started: list[bool] = []

        def back(line: str) -> None:
            if not child_started:
                moved.rename(lock)
                child_started.append(True)

        assert start(settings, back, second) == (first, True)
    finally:
        if moved.exists():
            moved.rename(lock)


def test_a_killed_platform_is_not_running_and_its_announcement_counts_for_nothing(
    settings: Settings,
) -> None:
    ready, _ = start(settings, quiet, platform(settings))
    os.kill(ready.pid, signal.SIGKILL)
    until(lambda: running.process(settings.run_dir) is None)
    assert (settings.run_dir / "ready.json").exists()
    assert status(settings).state == "stopped"
    assert stop(settings) is None
    again, already = start(settings, quiet, platform(settings))
    assert (again.pid != ready.pid, already) == (True, False)


def test_a_stranger_with_the_recorded_id_is_left_alone(settings: Settings) -> None:
    settings.run_dir.mkdir(parents=True)
    (settings.run_dir / "lock").write_text(f"{os.getpid()}\n")
    ready = Ready(os.getpid(), "http://127.0.0.1:1", None, datetime.now(UTC))
    with running.announced(settings.run_dir, ready):
        assert running.ready(settings.run_dir) is None
        assert status(settings).state == "stopped"
        assert stop(settings) is None


def test_one_that_does_not_answer_is_unready(settings: Settings) -> None:
    ready = Ready(os.getpid(), "http://127.0.0.1:1", None, datetime.now(UTC))
    with running.held(settings.run_dir), running.announced(settings.run_dir, ready):
        found = status(settings)
        assert (found.state, found.running) == ("unready", True)
        assert found.health == "no answer ([Errno 111] Connection refused)"


def test_a_second_platform_is_refused_in_one_line(settings: Settings) -> None:
    ready, _ = start(settings, quiet, platform(settings))
    with pytest.raises(Problem) as problem, running.held(settings.run_dir):
        pytest.fail("a second platform")
    assert str(problem.value) == (
        f"Souk is already running here (process {ready.pid}). "
        "`souk status` shows it, `souk down` stops it."
    )
