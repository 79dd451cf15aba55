"""The Makefile, as a newcomer meets it: it explains itself, and says what is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.souk.programs import ROOT, environment

OLD_PYTHON = """#!/bin/sh
[ "$1" = --version ] && echo "Python 3.10.12"
[ "$1" = --version ]
"""
NO_VENV = """#!/bin/sh
case "$*" in *ensurepip*) exit 1 ;; esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", ".ci/install"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        check=False,
        capture_output=True,
        cwd=folder,
        env=environment(MAKEFLAGS="", MAKELEVEL=""),
        text=True,
    )


def python(folder: Path, text: str) -> str:
    program = folder / "python"
    program.write_text(text)
    program.chmod(0o755)
    return f"PYTHON={program}"


def test_it_explains_its_targets_and_does_nothing_else(clone: Path) -> None:
    done = make(clone)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        "help", "up", "down", "status", "test", "check", "format", "lint", "types", "contracts",
        "house", "drift", "pages", "lock", "interop", "audit", "clients", "composition-oracle",
        "fuzz", "kill-sagas", "kill", "bench-bus", "bench", "bench-gateway", "bench-planning",
        "bench-hub", "bench-fanout", "bench-latency", "clean",
    ]  # fmt: skip
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            OLD_PYTHON,
            "Python 3.11 or later is needed, and this is Python 3.10.12. "
            "Install one, or name it: make PYTHON=/path/to/python3.12.",
        ),
        (
            NO_VENV,
            "{python} has no venv module. "
            "Install it (Debian: apt install python3-venv), then run make again.",
        ),
    ],
)
def test_a_python_that_will_not_do_is_one_line(clone: Path, text: str, reason: str) -> None:
    given = python(clone, text)
    done = make(clone, "up", given)
    assert (done.returncode, done.stdout) == (2, "")
    said = reason.format(python=given.removeprefix("PYTHON="))
    assert done.stderr.splitlines()[0] == f"souk: {said}"
    assert not (clone / ".venv").exists()
