"""A server under measurement, seen from outside: its process, its address, what it has used."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from bench.page import Page
from souk import keys, running, tokens
from souk.problems import Problem

START_SECONDS = 60.0
STOP_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Kind:
    """What a contender is called, which module runs it, and whether it speaks GraphQL."""

    name: str
    module: str
    graphql: bool = True


KINDS = (
    Kind("gateway, four agents", "bench.servers.gateway"),
    Kind("monolith, as shipped", "bench.servers.monolith"),
    Kind("monolith, with caches", "bench.servers.monolith_cached"),
    Kind("by hand (the floor)", "bench.servers.floor", graphql=False),
)
FLOOR = KINDS[-1]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used since it began: CPU of all its threads, and SQL statements."""

    cpu_ns: int
    statements: int


@dataclass(frozen=True, slots=True)
class Contender:
    """A running server; `control` reaches into its process."""

    kind: Kind
    url: str
    token: str = field(repr=False)
    control: TextIO = field(repr=False)

    def usage(self) -> Usage:
        """Asked between requests, when the server is idle."""
        self.control.write("?")
        self.control.flush()
        return Usage(**json.loads(self.control.readline()))

    def request(self, page: Page) -> dict[str, Any]:
        """The arguments of aiohttp's `ClientSession.request` that ask for the page."""
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        if not self.kind.graphql:
            return {"method": "GET", "url": self.url + page.path(), "headers": headers}
        url = f"{self.url}/graphql"
        return {"method": "POST", "url": url, "json": page.body(), "headers": headers}


@contextmanager
def started(kind: Kind, folder: Path, database_url: str) -> Iterator[Contender]:
    """The server in a process of its own, for as long as the block runs; `folder` is its data's."""
    token = tokens.issue(keys.signing_key(folder / "keys"), tokens.person("admin", None, ()))
    ours, theirs = socket.socketpair()
    log = folder / "log"
    with ours, theirs, log.open("wb") as out:
        command = [sys.executable, "-m", kind.module, "--data-dir", str(folder)]
        process = subprocess.Popen(
            [*command, "--control", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=[theirs.fileno()],
            env=os.environ | {"DATABASE_URL": database_url},
        )
        try:
            theirs.close()
            url = _url(process, folder / "run", log)
            with ours.makefile("rw") as control:
                yield Contender(kind, url, token, control)
        finally:
            _stop(process)


def _url(process: subprocess.Popen[bytes], run_dir: Path, log: Path) -> str:
    give_up = time.monotonic() + START_SECONDS
    while (ready := running.ready(run_dir)) is None:
        if process.poll() is not None or time.monotonic() > give_up:
            last = log.read_text(errors="replace")[-2000:]
            raise Problem(f"a server did not start: {last}", "Run it alone to see more")
        time.sleep(0.05)
    return ready.url


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
