"""`python -m gateway` in a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[3]


def put(path: Path, text: str | None) -> None:
    """Write a file in one step, so that nobody reads half of it; None removes it."""
    if text is None:
        path.unlink()
        return
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.replace(path)


async def start(*arguments: object, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-m",
        "gateway",
        *map(str, arguments),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def finished(*arguments: object, **environment: str) -> tuple[int | None, str, str]:
    """Exit code, output and error output of a run that ends by itself."""
    process = await start(*arguments, **environment)
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


class Running:
    """A gateway that serves. `lines` are what it has logged so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.url = ""
        self.lines: list[dict[str, Any]] = []

    async def until(self, event: str) -> dict[str, Any]:
        """The next line that says `event`."""
        assert self.process.stdout is not None
        while text := await self.process.stdout.readline():
            line: dict[str, Any] = orjson.loads(text)
            self.lines.append(line)
            if line["event"] == event:
                return line
        assert self.process.stderr is not None
        raise AssertionError((await self.process.stderr.read()).decode())

    @property
    def base(self) -> str:
        return self.url.rsplit("/", 1)[0]


@asynccontextmanager
async def running(*arguments: object, **environment: str) -> AsyncIterator[Running]:
    """On a free port, until the block ends."""
    gateway = Running(await start(*arguments, "--port", 0, **environment))
    try:
        gateway.url = (await gateway.until("ready"))["url"]
        yield gateway
    finally:
        if gateway.process.returncode is None:
            gateway.process.terminate()
        await gateway.process.communicate()
