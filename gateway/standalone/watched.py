"""A text file that is looked at again and again."""

import time
from pathlib import Path
from typing import Final

from gateway.standalone.problems import Problem

# A file may be written twice within one tick of its clock; until then its time proves nothing.
_SETTLED_AFTER: Final = 2.0


class WatchedFile:
    """Tells a new text from one that it has given before; by time and size first, then by content.

    Where a file is replaced by renaming another over it, no half of it is ever seen; where it is
    written in place, half of it may be, and the whole at the next look.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._text: str | None = None

    def read(self) -> str:
        """The text. Raises Problem."""
        try:
            status = self._path.stat()
            text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(f"cannot be read: {error}") from error
        settled = abs(time.time() - status.st_mtime) > _SETTLED_AFTER
        self._seen = (status.st_mtime_ns, status.st_size, status.st_ino) if settled else None
        self._text = text
        return text

    def changed(self) -> str | None:
        """The text if it is another than at the last look. Raises Problem."""
        if self._seen is not None and self._seen == self._now():
            return None
        before = self._text
        text = self.read()
        return None if text == before else text

    def _now(self) -> tuple[int, ...] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
