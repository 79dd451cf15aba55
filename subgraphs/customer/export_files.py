"""The files of exports: written whole or not at all, readable by their owner only."""

import os
from pathlib import Path


def write(file: Path, content: str) -> None:
    """A repeat writes it anew; what a crash leaves behind has a name that `remove` knows."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(file)
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)
    draft.replace(file)


def remove(file: Path) -> None:
    """Nothing of it is left; nor is it an error where nothing was."""
    file.unlink(missing_ok=True)
    _draft(file).unlink(missing_ok=True)


def _draft(file: Path) -> Path:
    return file.with_name(f".{file.name}.part")
