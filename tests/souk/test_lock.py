"""The lock: one holder, known by its process, free at its death."""

from pathlib import Path

import pytest

from souk.lock import Held, Lock, holder
from tests.souk.programs import kill, program

HOLDER = """
import sys
from pathlib import Path
from souk.lock import Lock
lock = Lock(Path(sys.argv[1]))
lock.acquire()
print("ready", flush=True)
sys.stdin.read()
"""


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with program(HOLDER, str(file)) as other:
        assert holder(file) == other.pid
        with pytest.raises(Held) as held:
            Lock(file).acquire()
        assert held.value.pid == other.pid


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with program(HOLDER, str(file)) as other:
        kill(other)
    assert holder(file) is None
    lock = Lock(file)
    lock.acquire()
    lock.release()


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    assert holder(file) is None
    first, second = Lock(file), Lock(file)
    first.acquire()
    first.release()
    first.release()
    assert holder(file) is None
    second.acquire()
    assert holder(file) is not None
    second.release()
