"""Where the server's socket lies: in its own folder, or in a short one where that is too long."""

import contextlib
import re
import stat
import tempfile
from pathlib import Path

from souk import private
from souk.embedded import programs
from souk.embedded.cluster import PORT
from souk.embedded.programs import Account

NAME = f".s.PGSQL.{PORT}"
LONGEST = 100  # the kernel takes 107 bytes on Linux and 103 on macOS
PLAIN = re.compile(r"[A-Za-z0-9_./+-]+")
MEMORY = "sockets"
SHORT = "/tmp"  # noqa: S108 the folder in it is private


def folder(root: Path, account: Account) -> Path:
    """The socket's folder for a server in ``root``; a temporary one is remembered in ``root``."""
    if fits(root):
        return root
    memory = root / MEMORY
    if memory.exists() and _safe(remembered := Path(memory.read_text()), account):
        return remembered
    made = Path(tempfile.mkdtemp(prefix="souk-", dir=SHORT))
    programs.hand_over(made, account)
    private.replace(memory, str(made))
    return made


def forget(root: Path) -> None:
    """Remove the temporary folder of a server that has stopped."""
    memory = root / MEMORY
    with contextlib.suppress(OSError):
        Path(memory.read_text()).rmdir()
        memory.unlink()


def fits(root: Path) -> bool:
    """Whether a socket's path in ``root`` is short, and plain enough for URLs and lists."""
    return len(bytes(root / NAME)) <= LONGEST and PLAIN.fullmatch(str(root)) is not None


def _safe(remembered: Path, account: Account) -> bool:
    try:
        found = remembered.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and stat.S_IMODE(found.st_mode) == private.FOLDER_MODE
        and found.st_uid == programs.owner(account)
    )
