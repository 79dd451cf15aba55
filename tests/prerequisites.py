"""What tests need beyond Python: installed where it may be, and counted where it is missing.

`python -m tests.prerequisites` installs; `pytest -p tests.prerequisites` skips what cannot run.
With SOUK_REQUIRE_ALL=1 a missing piece is a failure of both.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("requirements.toml")
SKIPPED = pytest.StashKey[Counter[str]]()


@dataclass(frozen=True, slots=True)
class Group:
    """The tests that bear the marker `name`, and what they need."""

    name: str
    programs: tuple[str, ...]
    debian: tuple[str, ...] = ()
    brought_by: str = ""

    def missing(self) -> list[str]:
        return [program for program in self.programs if shutil.which(program) is None]

    def mend(self) -> str:
        return self.brought_by or f"apt install {' '.join(self.debian)}"

    def complaint(self) -> str:
        return f"{', '.join(self.missing())} not found; {self.mend()}"


def groups(file: Path = FILE) -> list[Group]:
    declared = tomllib.loads(file.read_text())
    return [
        Group(
            name=name,
            programs=tuple(needs["programs"]),
            debian=tuple(needs.get("debian", ())),
            brought_by=needs.get("brought_by", ""),
        )
        for name, needs in declared.items()
    ]


def all_required() -> bool:
    return os.environ.get("SOUK_REQUIRE_ALL") == "1"


def install() -> int:
    """Bring what is missing where this user may; the exit code."""
    for group in groups():
        if group.missing() and group.debian and _may_install():
            print(f"Installing {' '.join(group.debian)} for the {group.name} tests ...")  # noqa: T201 told to people
            _apt(group.debian)
    lacking = [group for group in groups() if group.missing()]
    for group in lacking:
        print(f"souk: the {group.name} tests cannot run ({group.complaint()}).")  # noqa: T201 told to people
    return int(bool(lacking) and all_required())


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SKIPPED] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for group in groups():
        concerned = [item for item in items if item.get_closest_marker(group.name)]
        if not concerned or not group.missing():
            continue
        if all_required():
            raise pytest.UsageError(f"the {group.name} tests cannot run: {group.complaint()}")
        config.stash[SKIPPED][group.name] = len(concerned)
        for item in concerned:
            item.add_marker(pytest.mark.skip(reason=group.complaint()))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for group in groups():
        if count := config.stash[SKIPPED][group.name]:
            terminalreporter.write_line(
                f"souk: {count} {group.name} tests skipped: {group.complaint()}", yellow=True
            )


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(packages: tuple[str, ...]) -> None:
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *quiet, *step], check=False, capture_output=True, env=environment, text=True
        )
        if done.returncode != 0:
            # What is missing is said, and counted, by the caller.
            print((done.stderr.strip().splitlines() or ["apt-get failed"])[-1])  # noqa: T201 told to people
            return


if __name__ == "__main__":
    sys.exit(install())
