"""Whether a file has changed: no change is missed, and no touch is taken for one."""

import os
from pathlib import Path

import pytest

from gateway.standalone.problems import Problem
from gateway.standalone.watched import WatchedFile

LONG_AGO = 1_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text("one")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def file(path: Path) -> WatchedFile:
    file = WatchedFile(path)
    assert file.read() == "one"
    return file


def test_each_change_is_told_once(file: WatchedFile, path: Path) -> None:
    assert file.changed() is None
    path.write_text("two")
    assert file.changed() == "two"
    assert file.changed() is None


def test_a_touch_is_no_change(file: WatchedFile, path: Path) -> None:
    path.touch()
    assert file.changed() is None


def test_an_untouched_file_is_not_read(file: WatchedFile, path: Path) -> None:
    path.write_text("two")
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert file.changed() is None  # the same time and size: nobody can tell without reading


def test_two_changes_within_one_tick_are_two(file: WatchedFile, path: Path) -> None:
    path.write_text("two")
    status = path.stat()
    assert file.changed() == "two"
    path.write_text("six")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file.changed() == "six"


def test_a_file_renamed_over_it_is_a_change(file: WatchedFile, path: Path) -> None:
    other = path.with_name("other")
    other.write_text("two")
    os.utime(other, (LONG_AGO, LONG_AGO))
    other.replace(path)
    assert file.changed() == "two"


def test_away_and_back(file: WatchedFile, path: Path) -> None:
    gone = path.rename(path.with_name("gone"))
    for _ in range(2):
        with pytest.raises(Problem, match="cannot be read"):
            file.changed()
    gone.rename(path)
    assert file.changed() is None


def test_no_text(file: WatchedFile, path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(Problem, match="cannot be read"):
        file.changed()
