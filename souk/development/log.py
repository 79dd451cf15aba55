"""The background platform's log: what was written to it since a start."""

import os
from pathlib import Path

from souk import private

ERROR = "souk: "


class Log:
    """The file that a background platform writes to, from its end at this moment on."""

    def __init__(self, file: Path) -> None:
        private.make_folder(file.parent)
        self.file = file
        try:
            self.descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        except OSError as error:
            raise private.unwritable(file.parent, error) from error
        self._begin = os.fstat(self.descriptor).st_size

    def close(self) -> None:
        os.close(self.descriptor)

    def lines(self) -> list[str]:
        """Everything that was written since, without empty lines."""
        with self.file.open("rb") as log:
            log.seek(self._begin)
            written = log.read().decode("utf-8", "replace")
        return [line for line in written.splitlines() if line.strip()]

    def progress(self) -> str:
        """The last line for people; structured records are not."""
        return next((line for line in reversed(self.lines()) if not line.startswith("{")), "")

    def reason(self) -> str:
        """The line that says why it ended: its own error line, or its last word."""
        lines = self.lines()
        errors = [line for line in lines if line.startswith(ERROR)]
        return (errors or lines or ["it said nothing"])[-1].removeprefix(ERROR).rstrip(".")
