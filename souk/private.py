"""Files and folders that only their owner may read."""

import os
import secrets
from pathlib import Path

from souk.problems import Problem

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_folder(folder: Path, mode: int = FOLDER_MODE) -> None:
    """Make a folder and its missing parents; a folder that exists keeps its mode."""
    try:
        for each in [*reversed(folder.parents), folder]:
            if not each.is_dir():
                each.mkdir(mode, exist_ok=True)
    except FileExistsError as error:
        blocked = NotADirectoryError(error.errno, "a file is in its way", error.filename)
        raise unwritable(folder, blocked) from error
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(folder: Path, error: OSError) -> Problem:
    """What to say where a data folder cannot be written."""
    return Problem(
        f"the data folder {folder} cannot be written ({error.strerror})",
        "Give this user the right to write it, or set SOUK_DATA_DIR to another folder",
    )


def replace(file: Path, content: str) -> None:
    """Write a file whole or not at all, in place of any before it."""
    os.replace(_draft(file, content), file)


def create(file: Path, content: str) -> bool:
    """Write a file whole unless it exists; of several at once exactly one answers True."""
    draft = _draft(file, content)
    try:
        os.link(draft, file)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _draft(file: Path, content: str) -> Path:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    with os.fdopen(descriptor, "w") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)
    return draft
