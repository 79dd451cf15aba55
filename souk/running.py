"""The platform that runs on a data folder: who holds it, and what it says of itself when ready."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from souk import private
from souk.lock import Held, Lock, holder
from souk.problems import Problem

LOCK = "lock"
READY = "ready.json"


@dataclass(frozen=True, slots=True)
class Ready:
    """What a platform announces once it serves; ``graphiql`` is None where that page is off."""

    pid: int
    url: str
    graphiql: str | None
    started_at: datetime
    database: str | None = None


@contextmanager
def held(run_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process; Problem where another platform runs on it."""
    private.make_folder(run_dir)
    lock = Lock(run_dir / LOCK)
    try:
        lock.acquire()
    except Held as other:
        raise Problem(
            f"Souk is already running here (process {other.pid})",
            "`souk status` shows it, `souk down` stops it",
        ) from other
    except OSError as error:
        raise private.unwritable(run_dir, error) from error
    try:
        # What a killed platform announced is no longer so.
        (run_dir / READY).unlink(missing_ok=True)
        yield
    finally:
        lock.release()


@contextmanager
def announced(run_dir: Path, ready: Ready) -> Iterator[None]:
    """Say that the platform serves, for as long as the block runs. Its holder's to call."""
    file = run_dir / READY
    content = asdict(ready) | {"started_at": ready.started_at.isoformat()}
    private.replace(file, json.dumps(content))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def process(run_dir: Path) -> int | None:
    """The process that holds the data folder; None where no platform runs."""
    return holder(run_dir / LOCK)


def ready(run_dir: Path) -> Ready | None:
    """What the running platform announced; None before that, and where none runs."""
    pid = process(run_dir)
    try:
        found = json.loads((run_dir / READY).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    if found["pid"] != pid:
        return None
    return Ready(
        pid=found["pid"],
        url=found["url"],
        graphiql=found["graphiql"],
        started_at=datetime.fromisoformat(found["started_at"]),
        database=found.get("database"),
    )
